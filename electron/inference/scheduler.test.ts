import { beforeEach, describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import type { Tensors } from './backends/backend';
import type { ImageWorkerPort } from './pipeline/image-worker';
import { ModelRunner } from './pipeline/model-runner';
import { Scheduler } from './scheduler';
import { FakeSession } from './testing/fake-session';
import { testManifest } from './testing/manifests';

const TILE = 3 * 16;

/** Pictures are named by a number, which fills their tiles; `tiles` says how many each has. */
class FakeWorker implements ImageWorkerPort {
  readonly abandoned: number[] = [];
  readonly log: string[] = [];
  readonly #paths = new Map<number, string>();
  readonly #received = new Map<number, number[]>();
  open = 0;
  maximumOpen = 0;
  tiles = 3;
  failure: (path: string, stage: 'prepare' | 'finish') => Error | null = () => null;

  async prepare({ taskId, job }: { taskId: number; job: { path: string } }): Promise<number> {
    const failure = this.failure(job.path, 'prepare');
    if (failure) throw failure;
    this.#paths.set(taskId, job.path);
    this.maximumOpen = Math.max(this.maximumOpen, ++this.open);
    return this.tiles;
  }

  async tensor({ taskId, count }: { taskId: number; from: number; count: number }): Promise<Float32Array> {
    return new Float32Array(count * TILE).fill(Number(this.#paths.get(taskId)));
  }

  async addOutput({ taskId, outputs, count }: { taskId: number; outputs: Tensors; count: number }): Promise<void> {
    const received = this.#received.get(taskId) ?? [];
    for (let tile = 0; tile < count; tile++) received.push(outputs.probability?.data[tile * 16] ?? -1);
    this.#received.set(taskId, received);
  }

  async finish({ taskId }: { taskId: number }): Promise<InferImageOutput> {
    this.open--;
    const path = this.#paths.get(taskId) ?? '';
    const failure = this.failure(path, 'finish');
    if (failure) throw failure;
    this.log.push(path);
    expect(this.#received.get(taskId)).toEqual(new Array(this.tiles).fill(Number(path)));
    return {
      header: { format: 'png', width: 1, height: 1, channels: 1, bitDepth: 8 },
      contentHash: path,
      region: { mode: 'full', box: null },
      probabilityBox: null,
      tileCount: this.tiles,
      instances: [],
      tiles: [],
      timings: { decode: 1, preprocess: 2, run: 0, postprocess: 3, total: 0 },
    };
  }

  async abandon({ taskId }: { taskId: number }): Promise<void> {
    if (this.#paths.has(taskId)) this.open--;
    this.abandoned.push(taskId);
  }

  findRegion(): never {
    throw new Error('not asked for here');
  }

  rethreshold(): never {
    throw new Error('not asked for here');
  }
}

const request = (id: number): InferImageInput => ({
  sessionId: 1,
  requestId: id,
  path: String(id),
  region: { mode: 'full', box: null },
  threshold: 0.5,
  minimumAreaPx: 0,
  maskPath: null,
  probabilityPath: null,
  wantTiles: false,
});

describe('Scheduler', () => {
  let worker: FakeWorker;
  let session: FakeSession;
  let scheduler: Scheduler;

  beforeEach(() => {
    worker = new FakeWorker();
    session = new FakeSession();
    const manifest = testManifest();
    scheduler = new Scheduler(manifest, new ModelRunner(manifest, session, 2), { next: () => worker, close: () => Promise.resolve() });
  });

  const inferAll = (...ids: number[]): Promise<PromiseSettledResult<InferImageOutput>[]> =>
    Promise.allSettled(ids.map((id) => scheduler.infer(request(id))));
  const codes = (results: PromiseSettledResult<InferImageOutput>[]): string[] =>
    results.map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as RailscopeError).code));

  it('runs every tile of every picture, in the order of the requests', async () => {
    const results = await inferAll(1, 2, 3, 4, 5, 6);
    expect(codes(results)).toEqual(new Array(6).fill('done'));
    expect(worker.log).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(session.batches).toEqual([2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]);
  });

  it('states the work on the picture, not its waits', async () => {
    const { timings } = await scheduler.infer(request(1));
    expect(timings.total).toBeCloseTo(6 + timings.run, 9);
  });

  it('holds no more than a few pictures at a time', async () => {
    await inferAll(...Array.from({ length: 40 }, (_, i) => i));
    expect(worker.maximumOpen).toBeLessThanOrEqual(8);
    expect(worker.open).toBe(0);
  });

  it('lets a prioritised picture overtake, the running one included', async () => {
    worker.tiles = 21;
    session.beforeRun = () => {
      if (session.batches.length === 2) scheduler.prioritise(5);
    };
    await inferAll(1, 2, 3, 4, 5);
    expect(worker.log).toEqual(['5', '1', '2', '3', '4']);
  });

  it('cancels waiting and running pictures and goes on with the others', async () => {
    session.beforeRun = () => {
      if (session.batches.length !== 0) return;
      scheduler.cancel(1);
      scheduler.cancel(3);
      scheduler.cancel(99);
    };
    expect(codes(await inferAll(1, 2, 3, 4))).toEqual(['cancelled', 'done', 'cancelled', 'done']);
    expect(session.batches).toHaveLength(1 + 2 + 2);
    expect(worker.open).toBe(0);
  });

  it('cancels all, and serves new requests afterwards', async () => {
    session.beforeRun = () => {
      if (session.batches.length === 0) scheduler.cancel(null);
    };
    expect(codes(await inferAll(1, 2, 3, 4, 5))).toEqual(new Array(5).fill('cancelled'));
    expect(codes(await inferAll(6))).toEqual(['done']);
  });

  it('reports failures with their picture and finishes the others', async () => {
    worker.failure = (path, stage) => {
      if (stage === 'prepare' && path === '2') return new RailscopeError('image-truncated', 'cut off', { path: 'two.jpg' });
      if (stage === 'prepare' && path === '3') return new RailscopeError('internal', 'Array buffer allocation failed');
      if (stage === 'finish' && path === '4') return new RailscopeError('disk-full', 'no space');
      return null;
    };
    session.beforeRun = ({ image }) => {
      if (image?.data[0] === 5) throw new RailscopeError('inference-failed', 'a kernel failed');
    };
    const results = await inferAll(1, 2, 3, 4, 5, 6);
    expect(codes(results)).toEqual(['done', 'image-truncated', 'out-of-memory', 'disk-full', 'inference-failed', 'done']);
    expect(results[1]).toMatchObject({ reason: { details: { path: 'two.jpg' } } });
    expect(results[4]).toMatchObject({ reason: { details: { path: '5' } } });
  });

  it('calls a lost worker a failed picture, not a lost process', async () => {
    worker.failure = (path) => (path === '1' ? new RailscopeError('process-gone', 'image worker process ended') : null);
    expect(codes(await inferAll(1, 2))).toEqual(['inference-failed', 'done']);
  });
});
