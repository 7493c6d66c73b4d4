import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RemoteAccess } from '#shared/domain/remote-server';
import type { DeviceChoice, Engine } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { listSource } from '#shared/jobs/list-source';
import { runInspection } from '#shared/jobs/run-inspection';
import { compatDatasetScore, strictDatasetScore, strictPerImageScore, type DatasetScore, type OverlapCounts } from '#shared/masks/metrics';
import type { InferImageOutput } from '#shared/ports/inference';
import { errorLine, exitCodes, jsonReason, UsageError, type CliContext, type ExitCode } from '../context';
import { InferenceHost } from '../inference-host';
import { listImages } from '../list-images';
import { scoreMaskFile, scoreProbabilityMap, type Metric } from '../mask-scoring';
import { pairMasks } from '../pair-masks';
import { createProgressView, type ProgressView } from '../progress-view';

export interface EvalOptions {
  /** absolute paths */
  images: string;
  masks: string;
  /** absolute; null = run the model */
  predictions: string | null;
  metric: Metric;
  json: boolean;
  modelId: string | null;
  device: DeviceChoice;
  remote: RemoteAccess | null;
  threshold: number | null;
  minimumAreaPx: number | null;
  region: 'auto' | 'full';
  threads: number;
}

interface LabelledImage {
  relativePath: string;
  path: string;
  labelPath: string;
}

/** Scores so far; a failed image is left out of them. */
interface Tally {
  counts: OverlapCounts[];
  failed: { path: string; error: ErrorInfo }[];
}

/** `railscope eval`. @throws UsageError; RailscopeError where nothing could be scored */
export async function evaluate(context: CliContext, options: EvalOptions): Promise<ExitCode> {
  const view = createProgressView(context.io, context.t, options.json);
  try {
    const { labelled, unpaired } = await findLabels(context, options);
    if (unpaired.length > 0) view.line(context.t('eval.unpaired', { count: unpaired.length }));
    const tally: Tally = { counts: [], failed: [] };
    const engine =
      options.predictions === null
        ? await scoreModel(context, options, labelled, tally, view)
        : await scorePredictions(context, options, options.predictions, labelled, tally, view);
    view.close();
    if (context.signal.aborted) return exitCodes.interrupted;
    print(context, options, tally, unpaired, engine);
    return tally.counts.length > 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    view.close();
  }
}

async function findLabels(context: CliContext, options: EvalOptions): Promise<{ labelled: LabelledImage[]; unpaired: string[] }> {
  const images = await listImages(options.images, [options.masks], context.signal);
  const masks = await listMasks(options.masks, context.signal);
  const pairs = pairMasks(
    images.images.map((image) => image.relativePath),
    masks,
  );
  const labelled: LabelledImage[] = [];
  const unpaired: string[] = [];
  for (const image of images.images) {
    const mask = pairs.get(image.relativePath);
    if (mask === undefined) unpaired.push(image.relativePath);
    else labelled.push({ ...image, labelPath: path.join(options.masks, mask) });
  }
  if (labelled.length > 0) return { labelled, unpaired };
  throw new RailscopeError('masks-mismatch', `no mask below ${options.masks} has the name of an image below ${options.images}`, {
    path: options.masks,
  });
}

/** Masks are listed as they are, also those that `inspect --out` wrote. */
async function listMasks(folder: string, signal: AbortSignal): Promise<string[]> {
  const listing = await listImages(folder, [], signal, { outputsToo: true });
  return listing.images.map((image) => image.relativePath);
}

async function scorePredictions(
  context: CliContext,
  options: EvalOptions,
  folder: string,
  labelled: readonly LabelledImage[],
  tally: Tally,
  view: ProgressView,
): Promise<null> {
  const pairs = pairMasks(
    labelled.map((image) => image.relativePath),
    await listMasks(folder, context.signal),
  );
  for (const image of labelled) {
    if (context.signal.aborted) return null;
    await note(context, tally, view, image, async () => {
      const mask = pairs.get(image.relativePath);
      if (mask === undefined) throw new RailscopeError('masks-mismatch', 'there is no predicted mask of that name', { path: image.path });
      return scoreMaskFile(path.join(folder, mask), image.labelPath, options.metric);
    });
  }
  return null;
}

async function scoreModel(
  context: CliContext,
  options: EvalOptions,
  labelled: readonly LabelledImage[],
  tally: Tally,
  view: ProgressView,
): Promise<Engine> {
  const host = new InferenceHost(context);
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'railscope-eval-'));
  const compat = options.metric === 'compat';
  const fileOf = (index: number): string => path.join(temporary, `${index}.png`);
  try {
    const model = await host.chooseModel(options.modelId);
    // the published procedure stretches a map of probabilities; scores of instances are none
    if (compat && model.task === 'instance') throw new UsageError('usage.compatInstances', { id: model.id });
    view.line(context.t('progress.loading', { model: model.id }));
    const engine = await host.open(model.id, options);
    const score = async (index: number, output: InferImageOutput): Promise<OverlapCounts> => {
      const { labelPath } = labelled[index] as LabelledImage;
      const { width, height } = output.header;
      if (!compat) return scoreMaskFile(fileOf(index), labelPath, 'strict');
      return scoreProbabilityMap(fileOf(index), output.probabilityBox ?? { x: 0, y: 0, width, height }, width, height, labelPath);
    };
    await runInspection({
      ...engine,
      source: listSource(labelled, (image, index) => ({
        path: image.path,
        region: { mode: options.region, box: null },
        probabilityPath: compat ? fileOf(index) : null,
        maskPath: compat ? null : fileOf(index),
      })),
      sink: {
        result: async ({ imageId }, output) => {
          await note(context, tally, view, labelled[imageId] as LabelledImage, () => score(imageId, output));
          await rm(fileOf(imageId), { force: true });
        },
        failure: async ({ imageId }, error) => {
          noteFailure(context, tally, view, labelled[imageId] as LabelledImage, error);
        },
      },
      restart: () => host.reopen(model.id, options),
      counts: { total: labelled.length },
      signal: context.signal,
      onProgress: ({ progress }) => view.update(progress),
      wantTiles: false,
      ...(options.threshold !== null && { threshold: options.threshold }),
      ...(options.minimumAreaPx !== null && { minimumAreaPx: options.minimumAreaPx }),
    });
    return engine.session.engine;
  } finally {
    await host.stop();
    await rm(temporary, { recursive: true, force: true });
  }
}

async function note(
  context: CliContext,
  tally: Tally,
  view: ProgressView,
  image: LabelledImage,
  score: () => Promise<OverlapCounts>,
): Promise<void> {
  try {
    tally.counts.push(await score());
  } catch (error) {
    noteFailure(context, tally, view, image, toErrorInfo(error));
  }
}

function noteFailure(context: CliContext, tally: Tally, view: ProgressView, image: LabelledImage, error: ErrorInfo): void {
  tally.failed.push({ path: image.relativePath, error });
  view.line(errorLine(context, 'result.failed', error).trimEnd());
}

function print(context: CliContext, options: EvalOptions, { counts, failed }: Tally, unpaired: string[], engine: Engine | null): void {
  const scoreOf = options.metric === 'compat' ? compatDatasetScore : strictDatasetScore;
  const score = scoreOf(counts);
  const nonEmpty = scoreOf(counts.filter((count) => count.labelled > 0));
  const perImage = options.metric === 'strict' ? strictPerImageScore(counts) : null;
  if (!options.json) {
    printWords(context, options, score, nonEmpty, perImage);
    return;
  }
  const json = {
    metric: options.metric,
    ...jsonScore(score),
    images: score.images,
    emptyLabels: score.emptyLabels,
    falseAlarmRate: score.falseAlarmRate,
    nonEmptyLabels: { images: nonEmpty.images, ...jsonScore(nonEmpty) },
    ...(perImage && { perImage: { images: nonEmpty.images, ...jsonScore(perImage) } }),
    failed: failed.map(({ path: file, error }) => ({ path: file, reason: jsonReason(error) })),
    unpaired,
    ...(engine && {
      model: engine.modelId,
      modelSha256: engine.modelSha256,
      backend: engine.backend,
      device: engine.device,
      precision: engine.precision,
    }),
  };
  context.io.stdout(`${JSON.stringify(json)}\n`);
}

function jsonScore({ pa, mIoU, mDice }: DatasetScore): { PA: number | null; mIoU: number | null; mDice: number | null } {
  return { PA: pa, mIoU, mDice };
}

function printWords(
  { io, t }: CliContext,
  { metric }: EvalOptions,
  score: DatasetScore,
  nonEmpty: DatasetScore,
  perImage: DatasetScore | null,
): void {
  const value = (fraction: number | null): string => fraction?.toFixed(4) ?? t('eval.undefined');
  const values = ({ pa, mIoU, mDice }: DatasetScore): string => `PA ${value(pa)}  mIoU ${value(mIoU)}  mDice ${value(mDice)}`;
  const lines = [t('eval.metricLine', { metric, images: score.images, empty: score.emptyLabels }), values(score)];
  if (score.emptyLabels > 0) {
    lines.push(t('eval.falseAlarms', { rate: value(score.falseAlarmRate) }));
    lines.push(t('eval.nonEmpty', { images: nonEmpty.images }), values(nonEmpty));
  }
  if (perImage) lines.push(t('eval.perImage', { images: nonEmpty.images }), values(perImage));
  io.stdout(`${lines.join('\n')}\n`);
}
