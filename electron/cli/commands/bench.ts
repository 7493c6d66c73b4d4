import type { DeviceChoice, ModelSummary, Precision } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { OpenSessionInput } from '#shared/ports/inference';
import { exitCodes, type CliContext, type ExitCode } from '../context';
import { InferenceHost } from '../inference-host';
import { listImages, type ListedImage } from '../list-images';
import { benchHtml } from '../measure/bench-page';
import { benchColumns, benchRows, bestReason, failedLines, throughputLines } from '../measure/bench-text';
import { folderThroughput, type FolderThroughput } from '../measure/folder-throughput';
import { SpeedBench, type SweepOptions } from '../measure/speed-bench';
import { chooseBest, devicesToMeasure, type Measured } from '../measure/sweep';
import { writeOutputFile } from '../output-file';
import { csv } from '../page/csv';
import { textTable } from '../page/text-table';
import { createProgressView, type ProgressView } from '../progress-view';
import { spread } from './precision';

export interface BenchOptions extends Omit<SweepOptions, 'devices'> {
  /** absolute path of a folder or an image */
  target: string;
  modelId: string | null;
  devices: readonly DeviceChoice[];
  /** pictures for the folder throughput at most; 0 = leave it out */
  images: number;
  /** sides of source tiles to try end to end; empty = leave it out */
  tileSizes: readonly number[];
  save: boolean;
  json: boolean;
  /** absolute; null = none */
  csv: string | null;
  html: string | null;
}

export interface BenchResult {
  model: ModelSummary;
  bench: SpeedBench;
  best: Measured;
  accepted: readonly Precision[];
  /** with the best setting; null = left out */
  throughput: FolderThroughput | null;
  tileSizes: { sourceTilePx: number; throughput: FolderThroughput }[];
}

const CHECKED_PICTURES = 3;

/** `railscope bench`. @throws UsageError; RailscopeError where nothing could be measured */
export async function benchEngines(context: CliContext, options: BenchOptions): Promise<ExitCode> {
  const { io, t } = context;
  const view = createProgressView(io, t, options.json);
  try {
    const listing = await listImages(options.target, [], context.signal);
    const result = await measureAll(context, options, listing.images, view);
    view.close();
    if (options.json) io.stdout(`${JSON.stringify(jsonResult(result))}\n`);
    else io.stdout(textResult(context, result));
    if (options.csv !== null) await writeOutputFile(options.csv, csv(benchColumns(), benchRows(result)));
    if (options.html !== null) await writeOutputFile(options.html, benchHtml(context, result));
    if (options.save) view.line(t('bench.saved', { path: await save(context, result) }));
    return exitCodes.done;
  } finally {
    view.close();
  }
}

async function measureAll(
  context: CliContext,
  options: BenchOptions,
  images: readonly ListedImage[],
  view: ProgressView,
): Promise<BenchResult> {
  const { model, devices } = await lookUp(context, options);
  const bench = new SpeedBench(context, model, { ...options, devices }, (text) => view.line(text));
  await bench.run();
  const accepted = await bench.acceptedPrecisions(spread(images, CHECKED_PICTURES));
  const best = chooseBest(bench.rows, accepted);
  if (!best) {
    const [failure] = bench.failed;
    const reason = failure?.error.message ?? 'no setting could be measured';
    throw new RailscopeError(
      failure?.error.code ?? 'backend-unavailable',
      reason,
      failure?.error.details ?? { backend: 'ort-cpu', reason },
    );
  }
  const used = spread(images, options.images);
  const wish = wishOf(best, model.id);
  const tileSizes: BenchResult['tileSizes'] = [];
  if (used.length > 0) view.line(context.t('bench.folder', { images: used.length }));
  const throughput = used.length > 0 ? await folderThroughput(context, wish, used) : null;
  for (const sourceTilePx of used.length > 0 ? options.tileSizes : []) {
    view.line(context.t('bench.tileSize', { size: sourceTilePx }));
    tileSizes.push({ sourceTilePx, throughput: await folderThroughput(context, { ...wish, sourceTilePx }, used) });
  }
  return { model, bench, best, accepted, throughput, tileSizes };
}

async function lookUp(context: CliContext, options: BenchOptions): Promise<{ model: ModelSummary; devices: DeviceChoice[] }> {
  const host = new InferenceHost(context);
  try {
    const model = await host.chooseModel(options.modelId);
    return { model, devices: devicesToMeasure(await host.call.devices(undefined), options.devices) };
  } finally {
    await host.stop();
  }
}

function wishOf({ setting, speed }: Measured, modelId: string): OpenSessionInput {
  const { device, precision, batch } = setting;
  return { modelId, device, precision, batch, threads: speed.threads };
}

/** @returns where the profile lies */
async function save(context: CliContext, { best, model }: BenchResult): Promise<string> {
  const { engine, threads, batch } = best.speed;
  const { modelSha256, backend, device, precision } = engine;
  const host = new InferenceHost(context);
  try {
    const entry = { modelId: model.id, modelSha256, backend, device, precision, threads, batch, tilesPerSecond: best.tilesPerSecond };
    return (await host.call.saveProfile(entry)).path;
  } finally {
    await host.stop();
  }
}

function textResult(context: CliContext, result: BenchResult): string {
  const { t } = context;
  return [
    t('bench.title', { model: result.model.id, device: result.best.speed.engine.device }),
    '',
    textTable({ header: benchColumns(context), rows: benchRows(result) }),
    '',
    ...failedLines(context, result),
    bestReason(context, result),
    ...throughputLines(context, result),
    '',
  ].join('\n');
}

function jsonResult({ model, bench, best, accepted, throughput, tileSizes }: BenchResult) {
  const row = ({ stage, setting, speed, latency, tilesPerSecond }: Measured) => ({
    stage,
    ...setting,
    threads: speed.threads,
    backend: speed.engine.backend,
    deviceName: speed.engine.device,
    modelSha256: speed.engine.modelSha256,
    latency,
    loadMs: speed.loadMs,
    firstRunMs: speed.firstRunMs,
    tilesPerSecond,
    peakMemoryBytes: speed.peakMemoryBytes,
  });
  return {
    model: model.id,
    rows: bench.rows.map(row),
    failed: bench.failed,
    acceptedPrecisions: accepted,
    best: row(best),
    throughput,
    tileSizes,
  };
}
