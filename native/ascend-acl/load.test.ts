import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunnerStats } from './run-stats';
import { callsOf, isAsan, runScenario, tasksOf, type ScenarioEnd, type TaskLine } from './testing/run-scenario';
import { writeIdentityModel } from './testing/sim-models';

describe('much work', () => {
  let folder: string;
  let model: string;
  let large: string;
  const elements = 256;
  /** 1×3×352×352 */
  const largeElements = 371_712;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-load-'));
    model = await writeIdentityModel(folder, { elements });
    large = await writeIdentityModel(folder, { elements: largeElements });
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(name: string, args: object, options: Parameters<typeof runScenario>[1] = {}): Promise<ScenarioEnd> {
    const end = await runScenario(name, { args: { model, elements, ...args }, timeoutMs: 110_000, ...options });
    expect(end.stderr).toBe('');
    expect(end.status).toBe(0);
    return end;
  }

  it('1000 runs at once: each right, in order', async () => {
    const { result } = await run('manyRuns', { runs: 1000 });
    const { wrong, settled, stats } = result as { wrong: number; settled: number[]; stats: RunnerStats[] };
    expect(wrong).toBe(0);
    expect(settled).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(stats[0]).toMatchObject({ runs: 1000, failed: 0, queued: 0, inFlight: 0 });
  });

  it('two runners on one device, on one thread', async () => {
    const { result, trace } = await run('manyRuns', { runs: 200, runners: 2 }, { trace: true });
    expect(result).toMatchObject({ wrong: 0, stats: [{ runs: 100 }, { runs: 100 }] });
    const threads = new Set(
      callsOf(trace)
        .filter(({ context }) => context !== null)
        .map(({ thread }) => thread),
    );
    expect(threads.size).toBe(1);
    expect(callsOf(trace).filter(({ call }) => call === 'aclrtSetDevice')).toHaveLength(1);
  });

  it('copies in while it computes', async () => {
    const sim = { LATENCY: 'h2d=200M,d2h=1G,model=10ms' };
    const { trace } = await run('life', { model: large, elements: largeElements, runs: 6 }, { trace: true, sim });
    const tasks = tasksOf(trace);
    const computing = tasks.filter(({ what }) => /Execute/.test(what));
    const uploads = tasks.filter((task) => /Memcpy/.test(task.what) && task.stream !== computing[0]?.stream);
    const overlaps = (one: TaskLine, other: TaskLine): boolean => one.beginUs < other.endUs && other.beginUs < one.endUs;
    expect(computing).toHaveLength(7);
    expect(uploads.filter((upload) => computing.some((compute) => overlaps(upload, compute))).length).toBeGreaterThanOrEqual(4);
  });

  it('keeps several devices busy: two are about twice as fast', async () => {
    const sim = { LATENCY: 'model=8ms', DEVICES: '2' };
    const one = (await run('throughput', { devices: 1, runs: 60 }, { sim })).result as { ms: number };
    const two = (await run('throughput', { devices: 2, runs: 60 }, { sim })).result as { ms: number; shares: number[] };
    expect(one.ms / two.ms).toBeGreaterThan(isAsan ? 1.5 : 1.8);
    expect(one.ms / two.ms).toBeLessThan(2.2);
    expect(Math.abs((two.shares[0] ?? 0) - (two.shares[1] ?? 0))).toBeLessThanOrEqual(20);
  });

  it('runs four devices at the same time, each on a thread of its own', async () => {
    const { trace } = await run('throughput', { devices: 4, runs: 32 }, { trace: true, sim: { LATENCY: 'model=5ms', DEVICES: '4' } });
    const computing = tasksOf(trace).filter(({ what }) => /Execute/.test(what));
    const atOnce = Math.max(
      ...computing.map((task) => computing.filter((other) => other.beginUs <= task.beginUs && task.beginUs < other.endUs).length),
    );
    expect(new Set(computing.map(({ device }) => device)).size).toBe(4);
    expect(atOnce).toBeGreaterThanOrEqual(3);
    const threads = new Map(callsOf(trace).map(({ device, thread }) => [device, thread]));
    expect(new Set([0, 1, 2, 3].map((device) => threads.get(device))).size).toBe(4);
  });

  it('never makes JavaScript wait', async () => {
    const { result, trace } = await run(
      'eventLoop',
      { model: large, elements: largeElements, runs: 40 },
      { sim: { LATENCY: 'model=40ms,h2d=1G' }, trace: true },
    );
    const { p50Ms, p99Ms, stats, pid } = result as { p50Ms: number; p99Ms: number; stats: RunnerStats; pid: number };
    expect(stats.runs).toBe(40);
    // the timer's own resolution is in it; a run takes 40 ms on the device
    expect(p50Ms).toBeLessThan(3);
    expect(p99Ms).toBeLessThan(20);
    // on Linux the main thread's number is the process's
    expect(callsOf(trace).filter(({ thread }) => thread === pid)).toEqual([]);
  });

  it('measures copying and computing apart', async () => {
    const sim = { LATENCY: 'model=60ms,h2d=1G,d2h=500M' };
    const { result } = await run('life', { model: large, elements: largeElements, runs: 4 }, { sim });
    const { stats } = result as { stats: RunnerStats };
    const bytes = largeElements * 4;
    expect(stats.computeMs).toBeGreaterThan(59);
    expect(stats.computeMs).toBeLessThan(110);
    expect(stats.copyInMs).toBeGreaterThan((bytes / 2 ** 30) * 1000 * 0.95);
    expect(stats.copyOutMs).toBeGreaterThan((bytes / (500 * 2 ** 20)) * 1000 * 0.95);
    expect(stats.memory).toMatchObject({
      pinnedBytes: bytes * 4,
      workBytes: 65_536,
      weightBytes: 65_536,
      deviceBytes: bytes * 4 + 131_072,
    });
  });

  it('cancels what waits at once, and what runs without waiting for it', async () => {
    const { result } = await run('cancelling', {}, { sim: { LATENCY: 'model=200ms' } });
    const { firstCancelled, cancelledAfterMs, outcomes, before, stats } = result as {
      firstCancelled: unknown;
      cancelledAfterMs: number;
      outcomes: unknown[];
      before: unknown;
      stats: RunnerStats;
    };
    const isCancelled = expect.objectContaining({ kind: 'cancelled' }) as unknown;
    expect(firstCancelled).toEqual(isCancelled);
    expect(cancelledAfterMs).toBeLessThan(150);
    expect(outcomes).toEqual(Array.from({ length: 12 }, (_, i) => ([0, 3, 5, 11].includes(i) ? isCancelled : i)));
    expect(before).toEqual(isCancelled);
    expect(stats).toMatchObject({ cancelled: 5, failed: 0 });
  });

  it('bounds its queue, refuses a buffer that went away, and disposes under load', async () => {
    const { result } = await run('queueing', {}, { sim: { LATENCY: 'model=20ms' } });
    expect(result).toEqual({
      refused: expect.objectContaining({ kind: 'busy' }) as unknown,
      first: [0, 1, 2, 3, 4],
      detached: expect.objectContaining({ kind: 'closed' }) as unknown,
      last: expect.objectContaining({ kind: 'closed' }) as unknown,
    });
  });

  it('does not grow over 10,000 runs', async () => {
    const runs = isAsan ? 2000 : 10_000;
    const { result } = await run('soak', { runs }, { nodeArguments: ['--expose-gc'] });
    const { done, quarterBytes, endBytes } = result as { done: number; quarterBytes: number; endBytes: number };
    expect(done).toBe(runs);
    // the sanitizer keeps what was freed
    if (!isAsan) expect(endBytes - quarterBytes).toBeLessThan(12 * 2 ** 20);
  });
});
