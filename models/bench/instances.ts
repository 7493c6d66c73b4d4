/** What instances cost behind the network: TypeScript against the same blending as an ONNX graph. */
import * as ort from 'onnxruntime-node';
import type { Tensors } from '#inference/backends/backend';
import { InstanceBlender } from '#inference/pipeline/instances/blend';
import { InstancePass } from '#inference/pipeline/instances/instance-pass';
import type { InstanceManifest } from '#shared/domain/model';
import { markdownTable } from './table';

export interface InstancesOptions {
  /** instances that survive in the one picture */
  count: number;
  rounds: number;
  /** blend.onnx: the blending as a graph */
  graph: string;
  print: (text: string) => void;
}

const SIDE = 800;
/** candidates that a detector of that input side gives: at most 1,000 of each of five levels */
const CANDIDATES = 2843;
const BASES = 4;
const ATTENTION = 14;
const ROI = 56;
const LENGTH = BASES * ATTENTION * ATTENTION;

/** Prints milliseconds per picture, medians and worst of the rounds. */
export async function benchInstances({ count, rounds, graph, print }: InstancesOptions): Promise<void> {
  const outputs = syntheticOutputs(count);
  const [boxes, attentions, bases] = [outputs.boxes, outputs.attentions, outputs.bases].map((tensor) => tensor.data);
  if (!boxes || !attentions || !bases) return;
  const blender = new InstanceBlender(shape, { width: SIDE / 4, height: SIDE / 4 });
  const blendAll = (): void => {
    for (let i = 0; i < count; i++) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = boxes.subarray(i * 4, i * 4 + 4);
      blender.blend(bases, attentions.subarray(i * LENGTH, (i + 1) * LENGTH), { x0, y0, x1, y1 });
    }
  };
  const session = await ort.InferenceSession.create(graph, { intraOpNumThreads: 2 });
  const feeds = {
    bases: new ort.Tensor('float32', bases, [1, BASES, SIDE / 4, SIDE / 4]),
    boxes: new ort.Tensor('float32', boxes.slice(0, count * 4), [count, 4]),
    attentions: new ort.Tensor('float32', attentions.slice(0, count * LENGTH), [count, LENGTH]),
  };
  const picture = { width: 1600, height: 1600 };
  const whole = (): void => {
    const pass = new InstancePass(manifest, picture, { x: 0, y: 0, ...picture });
    pass.add(outputs, 1);
    const found = pass.finish({ threshold: 0.3, minimumAreaPx: 16 });
    if (found.instances.length === 0) throw new Error('nothing was found');
    found.tiles();
  };
  const rows = [
    await timed('blending in TypeScript, one thread', rounds, blendAll),
    await timed('blending as a graph (ort-cpu), two threads', rounds, async () => {
      await session.run(feeds);
    }),
    await timed('all behind the network in TypeScript: threshold to label tiles of 1600 × 1600', rounds, whole),
  ];
  await session.release();
  print(`${count} instances, input ${SIDE} × ${SIDE}, ${CANDIDATES} candidates, ${rounds} rounds\n\n`);
  print(`${markdownTable(['what', 'median ms', 'worst ms'], rows)}\n`);
}

async function timed(what: string, rounds: number, run: () => void | Promise<void>): Promise<string[]> {
  for (let i = 0; i < 3; i++) await run();
  const ms: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startMs = performance.now();
    await run();
    ms.push(performance.now() - startMs);
  }
  ms.sort((a, b) => a - b);
  return [what, (ms[ms.length >> 1] ?? NaN).toFixed(1), (ms.at(-1) ?? NaN).toFixed(1)];
}

const shape = { basisCount: BASES, attentionSide: ATTENTION, roiSide: ROI, basisStride: 4 };
const manifest: InstanceManifest = {
  ...{
    schemaVersion: 1,
    id: 'synthetic',
    name: { zh: '', en: '' },
    architecture: 'none',
    parameters: 1,
    task: 'instance',
    component: 'any',
  },
  classes: [{ code: 'defect' }],
  input: {
    ...{ name: 'image', width: SIDE, height: SIDE, channels: 3, mean: [0], std: [1] },
    batch: { dynamic: false, preferred: 1, maximum: 1 },
  },
  tiling: { sourceTilePx: 1600, overlapPx: 200, railBand: false },
  output: { kind: 'instances', boxes: 'boxes', scores: 'scores', classes: 'classes', attentions: 'attentions', bases: 'bases', ...shape },
  thresholds: {
    ...{ probability: 0.5, minimumAreaPx: 16, triage: { clear: 0.4, defect: 0.8 } },
    instances: { preScore: 0.05, score: 0.3, nmsIou: 0.6, maximumInstances: 100 },
  },
  weights: [],
  licence: '',
  trainingData: [],
  metrics: [],
};

/** `count` boxes of about 90 pixels that do not hide each other, and candidates around them that suppression has to drop. */
function syntheticOutputs(count: number): Tensors & Record<'boxes' | 'attentions' | 'bases', Tensors[string]> {
  const perRow = Math.ceil(Math.sqrt(count));
  const step = SIDE / perRow;
  const boxes = new Float32Array(CANDIDATES * 4);
  const scores = new Float32Array(CANDIDATES);
  for (let i = 0; i < CANDIDATES; i++) {
    const [column, row] = [(i % count) % perRow, Math.floor((i % count) / perRow)];
    const shift = i < count ? 0 : (noise(i) - 0.5) * 6;
    const [x, y] = [column * step + shift, row * step + shift];
    boxes.set([x, y, x + step * 1.1, y + step * 1.1], i * 4);
    scores[i] = (i < count ? 0.9 : 0.6) - 0.1 * noise(i + 1);
  }
  const tensor = (dims: number[], data: Float32Array): Tensors[string] => ({ dims, data });
  const filled = (length: number, seed: number): Float32Array => Float32Array.from({ length }, (_, i) => 8 * noise(i + seed) - 4);
  return {
    boxes: tensor([1, CANDIDATES, 4], boxes),
    scores: tensor([1, CANDIDATES], scores),
    classes: tensor([1, CANDIDATES], new Float32Array(CANDIDATES)),
    attentions: tensor([1, CANDIDATES, LENGTH], filled(CANDIDATES * LENGTH, 3)),
    bases: tensor([1, BASES, SIDE / 4, SIDE / 4], filled((BASES * SIDE * SIDE) / 16, 5)),
  };
}

/** Repeatable, 0…1. */
function noise(at: number): number {
  return (Math.imul(at + 1, 2_654_435_761) >>> 8) / 2 ** 24;
}
