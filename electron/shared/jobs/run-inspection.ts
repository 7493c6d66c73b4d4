/**
 * The job loop behind the window and the command line: pictures from a source, through the inference process, into a
 * sink. It keeps several requests open so that the pipeline behind the port is never idle.
 */
import type { InferenceSummary } from '../domain/editor';
import type { Region } from '../domain/image';
import type { Engine } from '../domain/model';
import type { ErrorCode, ErrorInfo } from '../errors/codes';
import { RailscopeError, toErrorInfo } from '../errors/railscope-error';
import type { InferImageOutput } from '../ports/inference';
import type { CancelSignal } from './abort';
import { EngineKeeper, type InspectionEngine } from './engine-keeper';
import type { PauseGate } from './pause-gate';
import { ProgressMeter, type ProgressStart } from './progress';
import { newRequestId } from './request-id';
import { createThrottle, type Throttle } from './throttle';
import type { Timers } from './timers';
import type { JobProgress } from './types';
import { Wakeup } from './wakeup';

export type { InspectionEngine } from './engine-keeper';

/** One picture to inspect; `JobItem` of the project port fits. */
export interface InspectionItem {
  imageId: number;
  path: string;
  region: Region;
  probabilityPath: string | null;
  maskPath?: string | null;
}

export interface InspectionSource {
  /** at most `limit` unfinished pictures that are not in `exclude`, `first` before the others; an empty list = no more */
  next(input: { limit: number; exclude: number[]; first: number | null }): Promise<InspectionItem[]>;
}

/** Called for one picture at a time; the loop asks for no more pictures than the sink keeps up with. */
export interface InspectionSink {
  result(item: InspectionItem, output: InferImageOutput, summary: InferenceSummary): Promise<void>;
  failure(item: InspectionItem, error: ErrorInfo): Promise<void>;
}

export interface InspectionUpdate {
  state: 'running' | 'paused' | 'done' | 'cancelled';
  progress: JobProgress;
  engine: Engine;
}

export interface InspectionOptions extends InspectionEngine {
  source: InspectionSource;
  sink: InspectionSink;
  /** a new process and session after the old one died; tried up to three times per crash */
  restart(): Promise<InspectionEngine>;
  counts: ProgressStart;
  /** requests kept open, at least 1; default 3 */
  lookAhead?: number;
  /** ends the job after the pictures in flight were stopped; what was finished stays */
  signal?: CancelSignal;
  /** while paused nothing new is requested */
  pause?: PauseGate;
  /** the picture on screen, asked before every request; it goes before the others */
  priority?(): number | null;
  /** at most 10 times a second, the last one always */
  onProgress?(update: InspectionUpdate): void;
  /** default: those of the session */
  threshold?: number;
  minimumAreaPx?: number;
  /** whether results carry the label mask; default true */
  wantTiles?: boolean;
  /** for tests */
  now?: () => number;
  timers?: Timers;
}

const EVENT_INTERVAL_MS = 100;
/** A picture in flight at that many crashes is taken as their cause. */
const CRASHES_PER_IMAGE_LIMIT = 2;
/** Failures that every further picture would meet too: the job ends and can be resumed later. */
const jobErrors: ReadonlySet<ErrorCode> = new Set([
  'disk-full',
  'model-missing',
  'model-hash-mismatch',
  'model-invalid',
  'backend-unavailable',
  'server-unreachable',
  'server-refused',
  'bad-request',
  'project-read-only',
]);

/**
 * Runs until the source is empty or the job is cancelled. A picture that fails is handed to `sink.failure`, the rest
 * goes on. After a crash of the inference process the pictures that were in flight are tried again one by one; the one
 * that crashes it a second time fails with `inference-crashed`.
 * @throws what ends the whole job: source or sink failing, no new session after a crash, disk-full, model-*, backend-unavailable
 */
export async function runInspection(options: InspectionOptions): Promise<{ state: 'done' | 'cancelled'; progress: JobProgress }> {
  return new InspectionRun(options).run();
}

class InspectionRun {
  readonly #options: InspectionOptions;
  readonly #engines: EngineKeeper;
  readonly #meter: ProgressMeter;
  readonly #events: Throttle<InspectionUpdate>;
  readonly #wakeup = new Wakeup();
  /** fetched and not yet requested */
  readonly #ready: InspectionItem[] = [];
  /** were in flight at a crash; each is tried again alone, to tell the culprit from the bystanders */
  readonly #suspects: InspectionItem[] = [];
  readonly #crashes = new Map<number, number>();
  /** image id → request id, from the request until the sink has the result */
  readonly #active = new Map<number, number>();
  #prioritised: number | null = null;
  #alone = false;
  #exhausted = false;
  /** a picture in flight was given up because the job stops */
  #leftOut = false;
  #storing: Promise<void> = Promise.resolve();
  #fatal: { error: unknown } | null = null;

  constructor(options: InspectionOptions) {
    this.#options = options;
    this.#engines = new EngineKeeper({ inference: options.inference, session: options.session }, () => options.restart());
    this.#meter = new ProgressMeter(options.counts, options.now);
    this.#events = createThrottle(EVENT_INTERVAL_MS, (update) => options.onProgress?.(update), options.now, options.timers);
  }

  async run(): Promise<{ state: 'done' | 'cancelled'; progress: JobProgress }> {
    const { signal, pause } = this.#options;
    const stopListening = pause?.onChange(() => this.#wakeup.call());
    const onAbort = (): void => this.#stopRequests();
    signal?.addEventListener('abort', onAbort);
    try {
      this.#announce('running');
      await this.#untilFinished();
      const state = this.#finished() ? 'done' : 'cancelled';
      this.#announce(state);
      return { state, progress: this.#meter.snapshot() };
    } finally {
      this.#events.flush();
      stopListening?.();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #untilFinished(): Promise<void> {
    let paused = false;
    for (;;) {
      await this.#fill().catch((error: unknown) => this.#fail(error));
      if (this.#active.size === 0) {
        if (this.#fatal) throw this.#fatal.error;
        if (this.#finished() || this.#stopped()) return;
        if (this.#paused()) this.#meter.pause();
      }
      if (paused !== this.#paused()) {
        paused = !paused;
        this.#announce(paused ? 'paused' : 'running');
      }
      await this.#wakeup.wait();
      if (!this.#paused()) this.#meter.resume();
    }
  }

  /** Starts as many requests as may be open now. */
  async #fill(): Promise<void> {
    while (this.#mayStart()) {
      const suspect = this.#suspects.shift();
      this.#alone = suspect !== undefined;
      const item = suspect ?? this.#ready.shift();
      if (item) this.#start(item);
      else if (this.#exhausted) break;
      else await this.#fetch();
    }
    this.#prioritise();
  }

  #mayStart(): boolean {
    if (this.#stopped() || this.#paused()) return false;
    const lookAhead = this.#alone || this.#suspects.length > 0 ? 1 : this.#lookAhead();
    return this.#active.size < lookAhead;
  }

  async #fetch(): Promise<void> {
    const exclude = [...this.#active.keys()];
    const limit = this.#lookAhead() - this.#active.size;
    const items = await this.#options.source.next({ limit, exclude, first: this.#options.priority?.() ?? null });
    this.#exhausted = items.length === 0;
    this.#ready.push(...items);
  }

  #start(item: InspectionItem): void {
    const requestId = newRequestId();
    this.#active.set(item.imageId, requestId);
    void this.#inspect(item, requestId)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#active.delete(item.imageId);
        this.#wakeup.call();
      });
  }

  /** One picture from request to sink. @throws what ends the job */
  async #inspect(item: InspectionItem, requestId: number): Promise<void> {
    const { generation, engine } = this.#engines;
    let output: InferImageOutput;
    try {
      output = await this.#request(engine, item, requestId);
    } catch (error) {
      await this.#handleFailure(item, error, generation);
      return;
    }
    this.#engines.proveAlive();
    await this.#store(() => this.#storeResult(item, output, this.#summary(engine.session.engine, output)));
  }

  #request({ inference, session }: InspectionEngine, item: InspectionItem, requestId: number): Promise<InferImageOutput> {
    const { threshold, minimumAreaPx, wantTiles } = this.#options;
    return inference.infer({
      sessionId: session.sessionId,
      requestId,
      path: item.path,
      region: item.region,
      threshold: threshold ?? session.threshold,
      minimumAreaPx: minimumAreaPx ?? session.minimumAreaPx,
      maskPath: item.maskPath ?? null,
      probabilityPath: item.probabilityPath,
      wantTiles: wantTiles ?? true,
    });
  }

  async #handleFailure(item: InspectionItem, error: unknown, generation: number): Promise<void> {
    if (this.#stopped()) {
      this.#leftOut = true;
      return;
    }
    const info = toErrorInfo(error);
    if (info.code === 'process-gone') return this.#handleCrash(item, info, generation);
    this.#engines.proveAlive();
    if (jobErrors.has(info.code)) throw error;
    await this.#storeFailure(item, info);
  }

  async #handleCrash(item: InspectionItem, info: ErrorInfo, generation: number): Promise<void> {
    const crashes = (this.#crashes.get(item.imageId) ?? 0) + 1;
    this.#crashes.set(item.imageId, crashes);
    if (crashes < CRASHES_PER_IMAGE_LIMIT) this.#suspects.push(item);
    else
      await this.#storeFailure(item, { code: 'inference-crashed', message: info.message, details: { ...info.details, path: item.path } });
    await this.#engines.recover(generation, info.message);
  }

  #storeFailure(item: InspectionItem, info: ErrorInfo): Promise<void> {
    const named: ErrorInfo = { ...info, details: { path: item.path, ...info.details } };
    return this.#store(async () => {
      await this.#options.sink.failure(item, named);
      this.#meter.imageFailed();
    });
  }

  /** A result that cannot be stored (the picture changed or went away meanwhile) is a failure of that picture alone. */
  async #storeResult(item: InspectionItem, output: InferImageOutput, summary: InferenceSummary): Promise<void> {
    try {
      await this.#options.sink.result(item, output, summary);
      this.#meter.imageDone();
    } catch (error) {
      const info = toErrorInfo(error);
      if (!(error instanceof RailscopeError) || info.code === 'process-gone' || jobErrors.has(info.code)) throw error;
      await this.#options.sink.failure(item, { ...info, details: { path: item.path, ...info.details } });
      this.#meter.imageFailed();
    }
  }

  /** Stores one after the other; later ones wait, and with them the slots that they hold. */
  #store(task: () => Promise<void>): Promise<void> {
    const stored = this.#storing.then(task).then(() => this.#announce('running'));
    this.#storing = stored.catch(() => undefined);
    return stored;
  }

  #summary(engine: Engine, output: InferImageOutput): InferenceSummary {
    const { threshold, minimumAreaPx, session } = this.#options;
    return {
      engine,
      timings: output.timings,
      tiles: output.tileCount,
      kind: session.kind,
      threshold: threshold ?? session.threshold,
      minimumAreaPx: minimumAreaPx ?? session.minimumAreaPx,
      finishedAtMs: Date.now(),
      probabilityBox: output.probabilityBox,
    };
  }

  #prioritise(): void {
    const wanted = this.#options.priority?.() ?? null;
    const requestId = wanted === null ? undefined : this.#active.get(wanted);
    if (requestId === undefined || requestId === this.#prioritised) return;
    this.#prioritised = requestId;
    // the request itself tells what went wrong
    this.#engines.engine.inference.prioritise({ requestId }).catch(() => undefined);
  }

  #stopRequests(): void {
    for (const requestId of this.#active.values()) this.#engines.engine.inference.cancel({ requestId }).catch(() => undefined);
    this.#wakeup.call();
  }

  #fail(error: unknown): void {
    this.#fatal ??= { error };
    this.#stopRequests();
  }

  #announce(state: InspectionUpdate['state']): void {
    const shown = state === 'running' && this.#paused() ? 'paused' : state;
    this.#events.push({ state: shown, progress: this.#meter.snapshot(), engine: this.#engines.engine.session.engine });
  }

  #finished(): boolean {
    return this.#exhausted && !this.#leftOut && this.#ready.length === 0 && this.#suspects.length === 0 && this.#active.size === 0;
  }

  #stopped(): boolean {
    return this.#fatal !== null || (this.#options.signal?.aborted ?? false);
  }

  #paused(): boolean {
    return this.#options.pause?.paused ?? false;
  }

  #lookAhead(): number {
    return Math.max(1, this.#options.lookAhead ?? 3);
  }
}
