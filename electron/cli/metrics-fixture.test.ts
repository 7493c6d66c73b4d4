/** The files that hold `railscope eval` and the training package to the same figures (models/fixtures/metrics). */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeGreyPng } from '#imaging';
import { compatScore, minMaxToBytes, otsuThreshold, resizeBilinear, type OverlapCounts } from '#shared/masks/metrics';
import { scoreMaskFile, scoreProbabilityMap } from './mask-scoring';
import { runCli } from './run-cli';
import { FakeIo, FakePorts } from './testing/fake-ports';

const folder = path.resolve(import.meta.dirname, '../../models/fixtures/metrics');

const figure = z.number().nullable();
const countsSchema = z.object({ both: z.int(), predicted: z.int(), labelled: z.int(), pa: figure, iou: figure, dice: figure });
const datasetSchema = z.object({
  images: z.int(),
  empty_labels: z.int(),
  pa: figure,
  m_iou: figure,
  m_dice: figure,
  false_alarm_rate: figure,
});
const setsSchema = z.object({ all: datasetSchema, labelled: datasetSchema });
const expected = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        map: z.string(),
        label: z.string(),
        prediction: z.string(),
        procedure: countsSchema.extend({ otsu: z.int(), above_otsu: z.int() }),
        compat: countsSchema,
        strict: countsSchema,
      }),
    ),
    datasets: z.object({ procedure: setsSchema, compat: setsSchema, strict: setsSchema.extend({ per_image: datasetSchema }) }),
  })
  .parse(JSON.parse(await readFile(path.join(folder, 'expected.json'), 'utf8')));

/** Half of the 1e-6 that is asked for would do; what differs at all differs by far more. */
const DIGITS = 9;

function expectFigure(actual: unknown, wanted: number | null): void {
  if (wanted === null) expect(actual).toBeNull();
  else expect(actual).toBeCloseTo(wanted, DIGITS);
}

function expectCounts(actual: OverlapCounts, wanted: z.infer<typeof countsSchema>): void {
  expect(actual).toEqual({ both: wanted.both, predicted: wanted.predicted, labelled: wanted.labelled });
}

const fileOf = (kind: 'maps' | 'labels' | 'predictions', name: string): string => path.join(folder, kind, name);

describe.each(expected.cases)('$name', ({ map, label, prediction, procedure, compat, strict }) => {
  it('is counted alike in both metrics', async () => {
    const files = [fileOf('predictions', prediction), fileOf('labels', label)] as const;
    expectCounts(await scoreMaskFile(...files, 'compat'), compat);
    expectCounts(await scoreMaskFile(...files, 'strict'), strict);
  });

  it('goes through the published procedure alike', async () => {
    const stored = await decodeGreyPng(fileOf('maps', map));
    const { width, height } = await decodeGreyPng(fileOf('labels', label));
    const probability = Float32Array.from(stored.data, (byte) => byte / 255);
    const bytes = minMaxToBytes(resizeBilinear(probability, stored.width, stored.height, width, height));
    const otsu = otsuThreshold(bytes);
    expect({ otsu, above_otsu: bytes.filter((byte) => byte > otsu).length }).toEqual({
      otsu: procedure.otsu,
      above_otsu: procedure.above_otsu,
    });
    const box = { x: 0, y: 0, width: stored.width, height: stored.height };
    const counts = await scoreProbabilityMap(fileOf('maps', map), box, stored.width, stored.height, fileOf('labels', label));
    expectCounts(counts, procedure);
    const score = compatScore(counts);
    expectFigure(Number.isNaN(score.pa) ? null : score.pa, procedure.pa);
    expectFigure(score.iou, procedure.iou);
    expectFigure(score.dice, procedure.dice);
  });
});

interface PrintedScore {
  PA: number | null;
  mIoU: number | null;
  mDice: number | null;
  images: number;
}
interface Printed extends PrintedScore {
  emptyLabels: number;
  falseAlarmRate: number | null;
  nonEmptyLabels: PrintedScore;
  perImage?: PrintedScore;
  failed: unknown[];
}

/** What the command prints; the fake network takes a picture's brightness as its probability. */
async function printed(...more: string[]): Promise<Printed> {
  const io = new FakeIo(folder);
  expect(await runCli(['eval', 'maps', 'labels', '--json', ...more], io, new FakePorts())).toBe(0);
  return io.json() as Printed;
}

function expectScore(actual: PrintedScore | undefined, wanted: z.infer<typeof datasetSchema>): void {
  expectFigure(actual?.PA, wanted.pa);
  expectFigure(actual?.mIoU, wanted.m_iou);
  expectFigure(actual?.mDice, wanted.m_dice);
}

describe('railscope eval on the fixture', () => {
  it.each([
    { metric: 'compat', predictions: true, sets: expected.datasets.compat },
    { metric: 'compat', predictions: false, sets: expected.datasets.procedure },
    { metric: 'strict', predictions: true, sets: expected.datasets.strict },
  ])('prints the expected figures: $metric, ready masks $predictions', async ({ metric, predictions, sets }) => {
    const result = await printed('--metric', metric, ...(predictions ? ['--predictions', 'predictions'] : []));
    expect(result).toMatchObject({ images: sets.all.images, emptyLabels: sets.all.empty_labels, failed: [] });
    expectFigure(result.falseAlarmRate, sets.all.false_alarm_rate);
    expectScore(result, sets.all);
    expectScore(result.nonEmptyLabels, sets.labelled);
    expect(result.nonEmptyLabels.images).toBe(sets.labelled.images);
  });

  it('prints the means over pictures in strict', async () => {
    const result = await printed('--metric', 'strict', '--predictions', 'predictions');
    expectScore(result.perImage, expected.datasets.strict.per_image);
  });
});
