/**
 * Runs pictures through one session. Workers decode and cut tiles ahead, so that the session, which blocks this thread
 * while it computes, finds its next batch ready. Between two batches cancel and priority take effect: a picture that
 * is put first overtakes the one that runs. One picture's failure is its own.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import type { ImageWorkerPort } from './pipeline/image-worker';
import type { ModelRunner } from './pipeline/model-runner';
import type { ImageWorkers } from './pipeline/worker-pool';

/** Pictures decoded at a time: the one that runs and the next two. */
const PREPARED = 3;
/** Pictures whose results may still be written before the next batch runs; bounds memory on slow disks. */
const FINISHING = 4;

interface Batch {
  readonly count: number;
  readonly tensor: Promise<Float32Array>;
  ready: boolean;
}

interface Request {
  readonly taskId: number;
  readonly input: InferImageInput;
  readonly worker: ImageWorkerPort;
  readonly resolve: (output: InferImageOutput) => void;
  readonly reject: (error: unknown) => void;
  /** the tile count, once asked for */
  prepared: Promise<number> | null;
  tiles: number;
  /** tiles cut so far, the batch ahead included */
  cut: number;
  ahead: Batch | null;
  /** outputs on their way into the worker */
  readonly outputs: Promise<void>[];
  runMs: number;
  /** could not be prepared; its turn says why */
  failed: boolean;
  cancelled: boolean;
}

let nextTaskId = 1;

export class Scheduler {
  readonly #manifest: ModelManifest;
  readonly #runner: ModelRunner;
  readonly #workers: ImageWorkers;
  /** first come, first served; `prioritise` moves to the front */
  readonly #queue: Request[] = [];
  readonly #finishing = new Set<Promise<void>>();
  #active: Request | null = null;
  #running = false;

  constructor(manifest: ModelManifest, runner: ModelRunner, workers: ImageWorkers) {
    this.#manifest = manifest;
    this.#runner = runner;
    this.#workers = workers;
  }

  /** @throws image-*, inference-failed, out-of-memory, cancelled, disk-full, write-failed */
  infer(input: InferImageInput): Promise<InferImageOutput> {
    return new Promise((resolve, reject) => {
      const taskId = nextTaskId++;
      const progress = { prepared: null, tiles: 0, cut: 0, ahead: null, outputs: [], runMs: 0, failed: false, cancelled: false };
      this.#queue.push({ taskId, input, worker: this.#workers.next(), resolve, reject, ...progress });
      void this.#pump();
    });
  }

  /** Puts a waiting or running request before all others; unknown ones are ignored. */
  prioritise(requestId: number): void {
    const at = this.#queue.findIndex((request) => request.input.requestId === requestId);
    const [request] = at > 0 ? this.#queue.splice(at, 1) : [];
    if (!request) return;
    this.#queue.unshift(request);
    this.#prepareFirst();
  }

  /** @param requestId null = all */
  cancel(requestId: number | null): void {
    for (const request of [...this.#queue]) {
      if (requestId !== null && request.input.requestId !== requestId) continue;
      request.cancelled = true;
      // the running one is met after its batch
      if (request !== this.#active) this.#abandon(request, cancelled(request));
    }
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#queue.length > 0) {
      this.#prepareFirst();
      // lets calls and the workers' answers in
      await nextTurn();
      if (this.#finishing.size >= FINISHING) await Promise.race(this.#finishing);
      const request = this.#queue.find((candidate) => candidate.failed || candidate.ahead?.ready) ?? this.#queue[0];
      if (!request) break;
      this.#active = request;
      try {
        await this.#step(request);
      } catch (error) {
        this.#abandon(request, failureOf(error, request.input.path));
      }
      this.#active = null;
    }
    this.#running = false;
  }

  #prepareFirst(): void {
    for (const request of this.#queue.slice(0, PREPARED)) void this.#prepare(request);
  }

  /** Never rejects by itself: a failure is met when the picture's turn comes. */
  #prepare(request: Request): Promise<number> {
    if (request.prepared) return request.prepared;
    const { taskId, input, worker } = request;
    request.prepared = worker.prepare({ taskId, manifest: this.#manifest, job: input }).then((tiles) => {
      request.tiles = tiles;
      this.#cutAhead(request);
      return tiles;
    });
    request.prepared.catch(() => (request.failed = true));
    return request.prepared;
  }

  #cutAhead(request: Request): void {
    const count = Math.min(this.#runner.batch, request.tiles - request.cut);
    if (count <= 0) {
      request.ahead = null;
      return;
    }
    const tensor = request.worker.tensor({ taskId: request.taskId, from: request.cut, count });
    const batch: Batch = { count, tensor, ready: false };
    const ready = (): void => void (batch.ready = true);
    tensor.then(ready, ready);
    request.cut += count;
    request.ahead = batch;
  }

  /** Runs one batch; after the last one the picture leaves the queue. */
  async #step(request: Request): Promise<void> {
    await this.#prepare(request);
    const { taskId, worker, ahead } = request;
    const tensor = await ahead?.tensor;
    refuseCancelled(request);
    this.#cutAhead(request);
    if (ahead && tensor) {
      const startMs = performance.now();
      const outputs = await this.#runner.run(tensor, ahead.count);
      request.runMs += performance.now() - startMs;
      refuseCancelled(request);
      const added = worker.addOutput({ taskId, outputs, count: ahead.count });
      added.catch(() => undefined);
      request.outputs.push(added);
    }
    if (!request.ahead) this.#finish(request);
  }

  /** Post-processing goes on in the worker while the next picture runs. */
  #finish(request: Request): void {
    this.#leave(request);
    const finishing = this.#completed(request)
      .then(request.resolve, (error: unknown) => this.#abandon(request, failureOf(error, request.input.path)))
      .finally(() => this.#finishing.delete(finishing));
    this.#finishing.add(finishing);
  }

  async #completed({ taskId, worker, outputs, runMs }: Request): Promise<InferImageOutput> {
    await Promise.all(outputs);
    const output = await worker.finish({ taskId });
    const { decode, preprocess, postprocess } = output.timings;
    // the work on this picture, without its waits for others
    const total = decode + preprocess + runMs + postprocess;
    return { ...output, timings: { decode, preprocess, run: runMs, postprocess, total } };
  }

  #abandon(request: Request, error: unknown): void {
    this.#leave(request);
    const drop = (): void => void request.worker.abandon({ taskId: request.taskId }).catch(() => undefined);
    request.prepared?.then(drop, drop);
    request.reject(error);
  }

  #leave(request: Request): void {
    const at = this.#queue.indexOf(request);
    if (at >= 0) this.#queue.splice(at, 1);
  }
}

function refuseCancelled(request: Request): void {
  if (request.cancelled) throw cancelled(request);
}

function cancelled({ input }: Request): RailscopeError {
  return new RailscopeError('cancelled', `cancelled: ${input.path}`, { path: input.path });
}

/** What a caller may see: the picture's path added, and a lost worker told from a lost process. */
function failureOf(error: unknown, path: string): RailscopeError {
  const reason = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RailscopeError) || error.code === 'internal' || error.code === 'process-gone') {
    const code = /allocation failed|out of memory/i.test(reason) ? 'out-of-memory' : 'inference-failed';
    return new RailscopeError(code, `${path}: ${reason}`, { path, reason }, error);
  }
  return new RailscopeError(error.code, error.message, { path, ...error.details }, error);
}
