/** What happens when calls fail or hang. */
import { AscendPool } from '../../ascend-pool';
import { library, openRunner, outcomeOf, plainError, type Scenario } from './scenario';

interface Args {
  readonly model: string;
  readonly elements: number;
}

const input = (elements: number, value = 1): { image: Float32Array } => ({ image: new Float32Array(elements).fill(value) });
const firstValue = (output: Record<string, { data: ArrayLike<unknown> }>): number => Number(Object.values(output)[0]?.data[0]);

/** Runs one after the other; each one's outcome, and the counters. */
async function runSerially({
  model,
  elements,
  runs = 4,
  timeoutMs = 3000,
}: Args & { runs?: number; timeoutMs?: number }): Promise<unknown> {
  const runner = await openRunner(model, { timeoutMs, graceMs: 500 });
  const outcomes: unknown[] = [];
  for (let i = 0; i < runs; i++) outcomes.push(await outcomeOf(runner.run(input(elements, i)), firstValue));
  const { failed, retried, rebuilds } = runner.stats();
  await runner.dispose();
  return { outcomes, failed, retried, rebuilds };
}

/** Runs that overlap, each with a payload of its own: right, failed or wrong. */
async function runTogether({ model, elements, runs = 12, streams = 2 }: Args & { runs?: number; streams?: 1 | 2 }): Promise<unknown> {
  const runner = await openRunner(model, { streams, slots: 3 });
  const outcomes = await Promise.all(Array.from({ length: runs }, (_, i) => outcomeOf(runner.run(input(elements, i)), firstValue)));
  await runner.dispose();
  return {
    right: outcomes.filter((value, i) => value === i).length,
    failed: outcomes.filter((value) => typeof value !== 'number').length,
    wrong: outcomes.filter((value, i) => typeof value === 'number' && value !== i).length,
  };
}

/** A hanging device: how long until the caller knows, and whether the rest still works. */
async function hang({ model, elements, timeoutMs = 300 }: Args & { timeoutMs?: number }): Promise<unknown> {
  const runner = await openRunner(model, { timeoutMs, graceMs: 300, openTimeoutMs: 4000 });
  const startMs = performance.now();
  const first = await outcomeOf(runner.run(input(elements)), firstValue);
  const firstMs = performance.now() - startMs;
  const second = await outcomeOf(runner.run(input(elements)), firstValue);
  const lost = runner.lost === null ? null : plainError(runner.lost);
  await runner.dispose();
  return { first, firstMs, second, lost };
}

async function openHang({ model }: Args): Promise<unknown> {
  return outcomeOf(openRunner(model, { openTimeoutMs: 400 }));
}

/** Opens `times` times in one process and keeps every error. */
async function openMany({ model, times }: Args & { times: number }): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (let i = 0; i < times; i++) outcomes.push(await outcomeOf(openRunner(model)));
  return outcomes;
}

/** Two runners on a device that is poisoned under both. */
async function sharedPoison({ model, elements }: Args): Promise<unknown> {
  const [one, other] = await Promise.all([openRunner(model), openRunner(model)]);
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, (_, i) => outcomeOf((i % 2 === 0 ? one : other).run(input(elements, i)), firstValue)),
  );
  const { rebuilds } = one.stats();
  await Promise.all([one.dispose(), other.dispose()]);
  return { outcomes, rebuilds };
}

/** One of two devices is lost; the other does its work. */
async function poolLoss({ model, elements }: Args): Promise<unknown> {
  const pool = await AscendPool.open(model, { deviceIds: [0, 1], libraryPath: library });
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => outcomeOf(pool.run(input(elements, i)), firstValue)));
  const lost = pool.stats().map((stats) => stats.lost !== null);
  await pool.dispose();
  return { outcomes, lost };
}

export const faults: Readonly<Record<string, Scenario>> = { runSerially, runTogether, hang, openHang, openMany, sharedPoison, poolLoss };
