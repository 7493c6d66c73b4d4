/**
 * Runs pictures through one session. Workers decode and cut tiles ahead, so that the session, which blocks this thread
 * while it computes, always finds its next batch ready. One picture's failure is its own.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import type { Session } from './backends/backend';
import type { ImageWorkerPort } from './pipeline/image-worker';
import type { ImageWorkers } from './pipeline/worker-pool';

/** Pictures decoded ahead of the one that runs. */
const PREPARED_AHEAD = 2;

interface Request {
  readonly taskId: number;
  readonly input: InferImageInput;
  readonly worker: ImageWorkerPort;
  readonly resolve: (output: InferImageOutput) => void;
  readonly reject: (error: unknown) => void;
  /** the tile count, once asked for */
  prepared: Promise<number> | null;
  /** the batch cut ahead */
  ahead: { from: number; count: number; tensor: Promise<Float32Array> } | null;
  cancelled: boolean;
  startMs: number;
}

let nextTaskId = 1;

export class Scheduler {
  readonly #manifest: ModelManifest;
  readonly #session: Session;
  readonly #workers: ImageWorkers;
  readonly #waiting: Request[] = [];
  #current: Request | null = null;
  #running = false;
  #batch: number;

  /** @param batch tiles per run; halves for good when memory runs out */
  constructor(manifest: ModelManifest, session: Session, workers: ImageWorkers, batch: number) {
    this.#manifest = manifest;
    this.#session = session;
    this.#workers = workers;
    this.#batch = batch;
  }

  /** @throws image-*, inference-failed, out-of-memory, cancelled, disk-full, write-failed */
  infer(input: InferImageInput): Promise<InferImageOutput> {
    return new Promise((resolve, reject) => {
      const taskId = nextTaskId++;
      this.#waiting.push({
        taskId,
        input,
        worker: this.#workers.forTask(taskId),
        resolve,
        reject,
        prepared: null,
        ahead: null,
        cancelled: false,
        startMs: 0,
      });
      this.#prepareAhead();
      void this.#pump();
    });
  }

  prioritise(requestId: number): void {
    const at = this.#waiting.findIndex((request) => request.input.requestId === requestId);
    const [request] = at >= 0 ? this.#waiting.splice(at, 1) : [];
    if (request) this.#waiting.unshift(request);
    this.#prepareAhead();
  }

  /** @param requestId null = all */
  cancel(requestId: number | null): void {
    const meant = (request: Request): boolean => requestId === null || request.input.requestId === requestId;
    for (const request of this.#waiting.filter(meant)) {
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      this.#abandon(request, new RailscopeError('cancelled', 'cancelled before it ran', { path: request.input.path }));
    }
    if (this.#current && meant(this.#current)) this.#current.cancelled = true;
  }

  #prepareAhead(): void {
    for (const request of this.#waiting.slice(0, PREPARED_AHEAD)) this.#prepare(request);
  }

  #prepare(request: Request): Promise<number> {
    if (request.prepared) return request.prepared;
    const { taskId, input, worker } = request;
    request.startMs = performance.now();
    request.prepared = worker.prepare({ taskId, manifest: this.#manifest, job: input }).then((tiles) => {
      this.#cutAhead(request, 0, tiles);
      return tiles;
    });
    // a failure is met when the picture's turn comes
    request.prepared.catch(() => undefined);
    return request.prepared;
  }

  #cutAhead(request: Request, from: number, tiles: number): void {
    const count = Math.min(this.#batch, tiles - from);
    if (count <= 0) {
      request.ahead = null;
      return;
    }
    const tensor = request.worker.tensor({ taskId: request.taskId, from, count });
    tensor.catch(() => undefined);
    request.ahead = { from, count, tensor };
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      this.#current = request;
      const prepared = this.#prepare(request);
      this.#prepareAhead();
      try {
        const runMs = await this.#runTiles(request, await prepared);
        this.#finish(request, runMs);
      } catch (error) {
        this.#abandon(request, error);
      }
      this.#current = null;
    }
    this.#running = false;
  }

  /** @returns milliseconds inside the session */
  async #runTiles(request: Request, tiles: number): Promise<number> {
    const outputs: Promise<void>[] = [];
    let runMs = 0;
    for (let from = 0; from < tiles;) {
      // lets cancel, priority and new requests in
      await nextTurn();
      if (request.cancelled) throw new RailscopeError('cancelled', 'cancelled while it ran', { path: request.input.path });
      if (request.ahead?.from !== from) this.#cutAhead(request, from, tiles);
      const ahead = request.ahead;
      if (!ahead) break;
      const tensor = await ahead.tensor;
      this.#cutAhead(request, from + ahead.count, tiles);
      const startMs = performance.now();
      const done = await this.#runBatch(request, tensor, ahead.count, outputs);
      runMs += performance.now() - startMs;
      from += done;
    }
    await Promise.all(outputs);
    return runMs;
  }

  /** @returns how many tiles were run: all, or none when memory ran out and a smaller batch is to be tried */
  async #runBatch(request: Request, tensor: Float32Array, count: number, outputs: Promise<void>[]): Promise<number> {
    const { input, output } = this.#manifest;
    try {
      const results = await this.#session.run({ [input.name]: { data: tensor, dims: [count, input.channels, input.height, input.width] } });
      const result = results[output.name];
      if (!result) throw new RailscopeError('inference-failed', `the network gave no ${output.name}`, { path: request.input.path });
      const added = request.worker.addOutput({ taskId: request.taskId, output: result.data, dims: result.dims });
      added.catch(() => undefined);
      outputs.push(added);
      return count;
    } catch (error) {
      if (!(error instanceof RailscopeError) || error.code !== 'out-of-memory' || count === 1) throw named(error, request.input.path);
      this.#batch = Math.max(1, count >> 1);
      request.ahead = null;
      return 0;
    }
  }

  /** Post-processing goes on in the worker while the next picture runs. */
  #finish(request: Request, runMs: number): void {
    request.worker.finish({ taskId: request.taskId }).then((output) => {
      const total = performance.now() - request.startMs;
      request.resolve({ ...output, timings: { ...output.timings, run: runMs, total } });
    }, request.reject);
  }

  #abandon(request: Request, error: unknown): void {
    const drop = (): void => void request.worker.abandon({ taskId: request.taskId }).catch(() => undefined);
    if (request.prepared) request.prepared.then(drop, drop);
    request.reject(error);
  }
}

/** Adds the picture's path to a failure of the session, which knows none. */
function named(error: unknown, path: string): unknown {
  if (!(error instanceof RailscopeError)) return error;
  return new RailscopeError(error.code, error.message, { ...error.details, path }, error);
}
