import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorInfo } from '../errors/codes';
import { RailscopeError } from '../errors/railscope-error';
import { PauseGate } from './pause-gate';
import { runInspection, type InspectionItem, type InspectionOptions, type InspectionSource, type InspectionUpdate } from './run-inspection';
import { FakeAbort } from './testing/fake-abort';
import { fakeEngine, type FakeInference } from './testing/fake-inference';

/** Behaves as the project's table of unfinished pictures. */
class FakeTable implements InspectionSource {
  readonly unfinished: InspectionItem[];
  readonly done: string[] = [];
  readonly failed: { path: string; error: ErrorInfo }[] = [];

  constructor(paths: string[]) {
    this.unfinished = paths.map((path, index) => ({
      imageId: index + 1,
      path,
      region: { mode: 'full', box: null },
      probabilityPath: null,
    }));
  }

  async next({ limit, exclude, first }: Parameters<InspectionSource['next']>[0]): Promise<InspectionItem[]> {
    const left = this.unfinished.filter((item) => !exclude.includes(item.imageId));
    return left.sort((a, b) => Number(b.imageId === first) - Number(a.imageId === first) || a.imageId - b.imageId).slice(0, limit);
  }

  sink = {
    result: async (item: InspectionItem): Promise<void> => {
      this.#remove(item);
      this.done.push(item.path);
    },
    failure: async (item: InspectionItem, error: ErrorInfo): Promise<void> => {
      this.#remove(item);
      this.failed.push({ path: item.path, error });
    },
  };

  #remove(item: InspectionItem): void {
    const at = this.unfinished.findIndex((other) => other.imageId === item.imageId);
    if (at < 0) throw new Error(`${item.path} was stored twice`);
    this.unfinished.splice(at, 1);
  }
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index + 1}.jpg`);
const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

function setUp(paths: string[], more: Partial<InspectionOptions> = {}) {
  const table = new FakeTable(paths);
  const engines = [fakeEngine()];
  const first = engines[0] as ReturnType<typeof fakeEngine>;
  const updates: InspectionUpdate[] = [];
  const restart = vi.fn(async () => {
    const fresh = fakeEngine();
    fresh.inference.answer = first.inference.answer;
    engines.push(fresh);
    return fresh;
  });
  const run = () =>
    runInspection({
      ...first,
      source: table,
      sink: table.sink,
      restart,
      counts: { total: paths.length },
      onProgress: (update) => updates.push(update),
      ...more,
    });
  const inference = (): FakeInference => (engines.at(-1) ?? first).inference;
  return { table, run, updates, restart, first: first.inference, inference };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Lets fake timers pass until the job ends. */
async function finish<T>(job: Promise<T>): Promise<T> {
  job.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(1000);
  return job;
}

describe('runInspection', () => {
  it('inspects every picture once and keeps as many requests open as asked', async () => {
    const { table, run, first } = setUp(names(7), { lookAhead: 3 });
    first.answer = () => null;
    const outcome = await finish(run());
    expect(outcome.state).toBe('done');
    expect(outcome.progress).toMatchObject({ done: 7, failed: 0, total: 7, secondsLeft: 0 });
    expect([...table.done].sort()).toEqual(names(7));
    expect(first.mostOpen).toBe(3);
  });

  it('ends at once with nothing to do', async () => {
    const { run, updates } = setUp([]);
    expect((await finish(run())).state).toBe('done');
    expect(updates.at(-1)?.state).toBe('done');
  });

  it('counts a resumed job from where it was', async () => {
    const { run, first } = setUp(names(2), { counts: { total: 10, done: 7, failed: 1 } });
    first.answer = () => null;
    expect((await finish(run())).progress).toMatchObject({ done: 9, failed: 1, total: 10 });
  });

  it('hands a failure to the sink with the path and goes on', async () => {
    const { table, run, first } = setUp(names(4));
    first.answer = (path) => (path === '2.jpg' ? 'image-truncated' : null);
    const { progress } = await finish(run());
    expect(progress).toMatchObject({ done: 3, failed: 1 });
    expect(table.failed).toEqual([
      { path: '2.jpg', error: { code: 'image-truncated', message: 'fake image-truncated', details: { path: '2.jpg' } } },
    ]);
  });

  it('asks for no more pictures than the sink stores', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { table, run, first } = setUp(names(6), { lookAhead: 2 });
    first.answer = () => null;
    const stored = table.sink.result;
    table.sink.result = async (item) => gate.then(() => stored(item));
    const infer = vi.spyOn(first, 'infer');
    const job = run();
    await vi.advanceTimersByTimeAsync(50);
    expect(infer).toHaveBeenCalledTimes(2);
    release();
    await finish(job);
    expect(infer).toHaveBeenCalledTimes(6);
  });

  it('reports a picture that cannot be stored as failed and goes on', async () => {
    const { table, run, first } = setUp(names(3));
    first.answer = () => null;
    const stored = table.sink.result;
    table.sink.result = async (item) => {
      if (item.path === '2.jpg') throw new RailscopeError('image-changed', 'changed');
      await stored(item);
    };
    expect((await finish(run())).progress).toMatchObject({ done: 2, failed: 1 });
    expect(table.failed[0]?.error.code).toBe('image-changed');
  });

  it.each(['disk-full', 'backend-unavailable'] as const)('ends the whole job on %s, leaving the rest unfinished', async (code) => {
    const { table, run, first } = setUp(names(9));
    first.answer = (path) => (path === '3.jpg' ? code : null);
    await expect(finish(run())).rejects.toMatchObject({ code });
    expect(table.failed).toEqual([]);
    expect(table.unfinished.map((item) => item.path)).toContain('3.jpg');
  });

  it('ends the job when the sink breaks', async () => {
    const { table, run, first } = setUp(names(5));
    first.answer = () => null;
    table.sink.result = async () => Promise.reject(new Error('database gone'));
    await expect(finish(run())).rejects.toThrow('database gone');
  });
});

describe('pause, cancel, priority', () => {
  it('starts nothing while paused and goes on afterwards', async () => {
    const pause = new PauseGate();
    const { run, first, updates } = setUp(names(5), { pause, lookAhead: 2 });
    const job = run();
    await vi.advanceTimersByTimeAsync(100);
    pause.pause();
    first.finish('1.jpg');
    first.finish('2.jpg');
    await vi.advanceTimersByTimeAsync(5000);
    expect(first.open).toEqual([]);
    expect(updates.at(-1)).toMatchObject({ state: 'paused', progress: { done: 2 } });
    pause.resume();
    await settle();
    expect(first.paths()).toEqual(['3.jpg', '4.jpg']);
    first.answer = () => null;
    first.finish('3.jpg');
    first.finish('4.jpg');
    const { progress } = await finish(job);
    expect(progress.done).toBe(5);
    expect(progress.secondsPerImage ?? 99).toBeLessThan(1);
  });

  it('cancels what is in flight and keeps what is finished', async () => {
    const abort = new FakeAbort();
    const { table, run, first } = setUp(names(6), { signal: abort.signal });
    const job = run();
    await settle();
    first.finish('1.jpg');
    await settle();
    abort.abort();
    const outcome = await finish(job);
    expect(outcome).toMatchObject({ state: 'cancelled', progress: { done: 1, failed: 0 } });
    expect(table.done).toEqual(['1.jpg']);
    expect(table.failed).toEqual([]);
  });

  it('calls a job cancelled even if the last pictures were in flight', async () => {
    const abort = new FakeAbort();
    const { run, first } = setUp(names(2), { signal: abort.signal });
    const job = run();
    await settle();
    expect(first.open).toHaveLength(2);
    abort.abort();
    expect((await finish(job)).state).toBe('cancelled');
  });

  it('cancels while paused', async () => {
    const abort = new FakeAbort();
    const pause = new PauseGate();
    pause.pause();
    const { run } = setUp(names(2), { signal: abort.signal, pause });
    const job = run();
    await settle();
    abort.abort();
    expect((await finish(job)).state).toBe('cancelled');
  });

  it('takes the picture on screen next and puts it before those that wait', async () => {
    let onScreen: number | null = null;
    const { run, first } = setUp(names(9), { lookAhead: 2, priority: () => onScreen });
    const job = run();
    await settle();
    onScreen = 8;
    first.finish('1.jpg');
    await settle();
    expect(first.paths()).toEqual(['2.jpg', '8.jpg']);
    expect(first.prioritised).toEqual([first.open[1]?.input.requestId]);
    first.answer = () => null;
    first.finish('2.jpg');
    first.finish('8.jpg');
    await finish(job);
    expect(first.prioritised).toHaveLength(1);
  });
});

describe('crashes of the inference process', () => {
  it('opens a new session and loses nothing', async () => {
    const { table, run, first, inference, restart } = setUp(names(5), { lookAhead: 3 });
    const job = run();
    await settle();
    first.crash();
    await settle();
    expect(restart).toHaveBeenCalledTimes(1);
    expect(inference().open).toHaveLength(1);
    inference().answer = () => null;
    inference().answerOldest();
    expect((await finish(job)).progress).toMatchObject({ done: 5, failed: 0 });
    expect([...table.done].sort()).toEqual(names(5));
  });

  it('reports the picture that crashes it twice and inspects the bystanders', async () => {
    const { table, run, first, restart } = setUp(names(8), { lookAhead: 3 });
    first.answer = (path) => (path === '2.jpg' ? 'crash' : null);
    expect((await finish(run())).progress).toMatchObject({ done: 7, failed: 1 });
    expect(table.failed.map(({ path, error }) => [path, error.code, error.details['path']])).toEqual([
      ['2.jpg', 'inference-crashed', '2.jpg'],
    ]);
    expect(restart).toHaveBeenCalledTimes(2);
  });

  it('gives up when it dies again and again without an answer', async () => {
    const { table, run, first, restart } = setUp(names(50));
    first.answer = () => 'crash';
    await expect(finish(run())).rejects.toMatchObject({ code: 'process-gone' });
    expect(restart.mock.calls.length).toBeLessThan(10);
    expect(table.unfinished.length).toBeGreaterThan(40);
  });

  it('tries a restart three times, then ends with its error', async () => {
    const restart = vi.fn(async () => Promise.reject(new RailscopeError('out-of-memory', 'no memory')));
    const { run, first } = setUp(names(3), { restart });
    first.answer = () => 'crash';
    await expect(finish(run())).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(restart).toHaveBeenCalledTimes(3);
  });

  it('does not restart after a cancel', async () => {
    const abort = new FakeAbort();
    const { run, first, restart, table } = setUp(names(3), { signal: abort.signal });
    const job = run();
    await settle();
    vi.spyOn(first, 'cancel').mockResolvedValue(undefined);
    abort.abort();
    first.crash();
    expect((await finish(job)).state).toBe('cancelled');
    expect(restart).not.toHaveBeenCalled();
    expect(table.failed).toEqual([]);
  });
});

describe('events', () => {
  it('come at most 10 times a second and end with the last', async () => {
    const times: number[] = [];
    const { run, first, updates } = setUp(names(200), { lookAhead: 1 });
    first.answer = () => null;
    const job = runWithTimes(run, updates, times);
    await finish(job);
    expect(updates.at(-1)).toMatchObject({ state: 'done', progress: { done: 200 } });
    const gaps = times.slice(1, -1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  });
});

/** Notes when each update arrives. */
async function runWithTimes(run: () => Promise<unknown>, updates: InspectionUpdate[], times: number[]): Promise<unknown> {
  const push = updates.push.bind(updates);
  updates.push = (...items) => {
    times.push(Date.now());
    return push(...items);
  };
  return run();
}
