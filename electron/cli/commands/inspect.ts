import { performance } from 'node:perf_hooks';
import path from 'node:path';
import type { RemoteAccess } from '#shared/domain/remote-server';
import type { DeviceChoice } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import {
  runInspection,
  type InspectionEngine,
  type InspectionItem,
  type InspectionSink,
  type InspectionSource,
} from '#shared/jobs/run-inspection';
import { errorLine, exitCodes, jsonReason, type CliContext, type ExitCode } from '../context';
import { formatRate } from '../format';
import { InferenceHost } from '../inference-host';
import { InspectResults, summarise, type InspectJson, type JsonImage } from '../inspect-results';
import { listImages, type ImageListing } from '../list-images';
import { OutputFolder } from '../output-folder';
import { createProgressView, type ProgressView } from '../progress-view';
import { ReportProject } from '../report-project';

export interface InspectOptions {
  /** absolute path of a folder or an image */
  target: string;
  modelId: string | null;
  device: DeviceChoice;
  remote: RemoteAccess | null;
  /** absolute; null = no results are written */
  out: string | null;
  /** absolute; null = no report */
  report: string | null;
  json: boolean;
  /** null = that of the model */
  threshold: number | null;
  minimumAreaPx: number | null;
  region: 'auto' | 'full';
  threads: number;
}

/** `railscope inspect`. @throws UsageError; RailscopeError where nothing could be started */
export async function inspect(context: CliContext, options: InspectOptions): Promise<ExitCode> {
  const view = createProgressView(context.io, context.t, options.json);
  const host = new InferenceHost(context);
  try {
    view.line(context.t('progress.scanning', { path: options.target }));
    const listing = await listImages(options.target, options.out === null ? [] : [options.out], context.signal);
    const model = await host.chooseModel(options.modelId);
    view.line(context.t('progress.loading', { model: model.id }));
    const engine = await host.open(model.id, options);
    return await new InspectRun(context, options, view, host, listing, engine).run();
  } finally {
    view.close();
    await host.stop();
  }
}

class InspectRun {
  readonly #results = new InspectResults();
  #output: OutputFolder | null = null;
  #report: ReportProject | null = null;

  constructor(
    readonly context: CliContext,
    readonly options: InspectOptions,
    readonly view: ProgressView,
    readonly host: InferenceHost,
    readonly listing: ImageListing,
    readonly engine: InspectionEngine,
  ) {}

  async run(): Promise<ExitCode> {
    const { context, options, view, listing, engine } = this;
    const { modelId, modelSha256, backend, device, precision } = engine.session.engine;
    view.line(context.t('progress.engine', { model: modelId, sha256: modelSha256.slice(0, 12), backend, device, precision }));
    if (options.out !== null) this.#output = await OutputFolder.create(options.out, listing.images);
    if (options.report !== null) this.#report = await ReportProject.open(context.ports, listing, { modelId, device: options.device });
    try {
      for (const { relativePath, error } of listing.unreadable) this.#noteFailure(relativePath, error);
      const startedMs = performance.now();
      const { state, error } = await this.#inspectAll();
      const seconds = (performance.now() - startedMs) / 1000;
      view.close();
      const reportError = state === 'done' ? await this.#printReport() : null;
      return this.#conclude(seconds, state, error ?? reportError);
    } finally {
      await this.#report?.remove();
    }
  }

  async #inspectAll(): Promise<{ state: 'done' | 'cancelled' | 'failed'; error: ErrorInfo | null }> {
    const { context, options, view, host, listing, engine } = this;
    const onInterrupt = (): void => view.line(context.t('progress.interrupted'));
    context.signal.addEventListener('abort', onInterrupt);
    try {
      const { state } = await runInspection({
        ...engine,
        source: this.#source(),
        sink: this.#sink(),
        restart: () => {
          view.line(context.t('progress.restart'));
          return host.reopen(engine.session.engine.modelId, options);
        },
        counts: { total: listing.images.length },
        signal: context.signal,
        onProgress: ({ progress }) => view.update(progress),
        wantTiles: this.#report !== null,
        ...(options.threshold !== null && { threshold: options.threshold }),
        ...(options.minimumAreaPx !== null && { minimumAreaPx: options.minimumAreaPx }),
      });
      return { state, error: null };
    } catch (error) {
      return { state: 'failed', error: toErrorInfo(error) };
    } finally {
      context.signal.removeEventListener('abort', onInterrupt);
    }
  }

  /** Hands out every image of the listing once. */
  #source(): InspectionSource {
    const { images } = this.listing;
    let next = 0;
    const item = async (index: number): Promise<InspectionItem> => {
      const { path: file, relativePath } = images[index] as (typeof images)[number];
      const maskPath = this.#output ? await this.#output.maskPath(relativePath) : null;
      return { imageId: index, path: file, region: { mode: this.options.region, box: null }, probabilityPath: null, maskPath };
    };
    return {
      next: async ({ limit }) => {
        const from = next;
        next = Math.min(images.length, from + limit);
        return Promise.all(Array.from({ length: next - from }, (_, offset) => item(from + offset)));
      },
    };
  }

  #sink(): InspectionSink {
    const nameOf = (item: InspectionItem): string => this.listing.images[item.imageId]?.relativePath ?? item.path;
    return {
      result: async (item, output, summary) => {
        const name = nameOf(item);
        const image = this.#results.add(name, output);
        const { engine, tiles, threshold, minimumAreaPx } = summary;
        const mask = item.maskPath ? path.basename(item.maskPath) : null;
        await this.#output?.writeJson(name, { ...image, mask, region: output.region, tiles, threshold, minimumAreaPx, engine });
        await this.#report?.addResult(name, output, summary);
      },
      failure: async (item, error) => {
        const name = nameOf(item);
        const image = this.#noteFailure(name, error);
        await this.#output?.removeMask(name);
        await this.#output?.writeJson(name, image);
        await this.#report?.addFailure(name, error);
      },
    };
  }

  #noteFailure(relativePath: string, error: ErrorInfo): JsonImage {
    this.view.line(errorLine(this.context, 'result.failed', error).trimEnd());
    return this.#results.addFailure(relativePath, error);
  }

  /** @returns why there is no report; null = written, or none was asked for */
  async #printReport(): Promise<ErrorInfo | null> {
    const { context, options } = this;
    if (!this.#report || options.report === null) return null;
    const storeError = await this.#report.finish();
    if (storeError) return reportError(storeError, options.report);
    this.view.line(context.t('progress.report'));
    const { folder, dataFolder } = this.#report;
    try {
      await context.ports.printReport({ folder, dataFolder, outputPath: options.report, locale: context.locale, signal: context.signal });
      return null;
    } catch (error) {
      return reportError(toErrorInfo(error), options.report);
    }
  }

  #conclude(seconds: number, state: 'done' | 'cancelled' | 'failed', error: ErrorInfo | null): ExitCode {
    const { context, options, listing, engine } = this;
    const order = [...listing.images, ...listing.unreadable].map(({ relativePath }) => relativePath);
    const images = this.#results.inOrder(order);
    const cancelled = state === 'cancelled' || context.signal.aborted;
    const json: InspectJson = { images, summary: summarise(images, seconds, engine.session.engine) };
    if (error && !cancelled) json.error = jsonReason(error);
    if (cancelled) json.cancelled = true;
    if (options.json) context.io.stdout(`${JSON.stringify(json)}\n`);
    else this.#printWords(json, error === null);
    if (error && !cancelled) context.io.stderr(errorLine(context, 'error.line', error));
    if (cancelled) return exitCodes.interrupted;
    return error || images.every((image) => image.status === 'failed') ? exitCodes.failed : exitCodes.done;
  }

  #printWords({ images, summary, cancelled }: InspectJson, reportWritten: boolean): void {
    const { context, options } = this;
    const { t, io } = context;
    const lines = images
      .filter((image) => image.instances.length > 0)
      .map((image) => t('result.image', { path: image.path, instances: image.instances.length }));
    const counts = { images: summary.images, failed: summary.failed, instances: summary.instances };
    lines.push(
      t('result.summary', { ...counts, seconds: summary.secondsTotal.toFixed(1), rate: formatRate(summary.imagesPerSecond ?? 0) }),
    );
    if (options.out !== null) lines.push(t('result.out', { path: options.out }));
    if (options.report !== null && reportWritten && !cancelled) lines.push(t('result.report', { path: options.report }));
    if (cancelled) lines.push(t('result.cancelled'));
    io.stdout(`${lines.join('\n')}\n`);
  }
}

function reportError(error: ErrorInfo, outputPath: string): ErrorInfo {
  if (error.code === 'report-failed' || error.code === 'cancelled') return error;
  return { code: 'report-failed', message: `${error.code}: ${error.message}`, details: { path: outputPath } };
}
