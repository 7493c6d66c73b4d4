/** Every way in which a runner, its thread or its process can end. */
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { library, openRunner, outcomeOf, type Scenario } from './scenario';

interface Args {
  readonly model: string;
  readonly elements: number;
  readonly runs?: number;
}

const input = (elements: number, value = 1): { image: Float32Array } => ({ image: new Float32Array(elements).fill(value) });

async function life({ model, elements, runs = 6 }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  const outputs = await Promise.all(Array.from({ length: runs }, (_, i) => runner.run(input(elements, i))));
  const values = outputs.map((output) => Number(Object.values(output)[0]?.data[0]));
  const stats = runner.stats();
  await runner.dispose();
  return { values, stats };
}

/** Opens and closes; with injected faults the error is the result. */
async function openOnly({ model }: Args): Promise<unknown> {
  return outcomeOf(
    openRunner(model).then((runner) => runner.dispose()),
    () => 'opened',
  );
}

async function disposeTwice({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  await runner.run(input(elements));
  const first = runner.dispose();
  await Promise.all([first, runner.dispose()]);
  await runner.dispose();
  return outcomeOf(runner.run(input(elements)));
}

async function rejectedRuns({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model, { timeoutMs: 2000 });
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(runner.run(input(elements)))));
  await runner.dispose();
  return outcomes;
}

/** The promise of open is never looked at again; the process just ends. */
async function noDispose({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  await runner.run(input(elements));
  return 'left open';
}

async function collected({ model, elements }: Args): Promise<unknown> {
  const seen: WeakRef<object>[] = [];
  await (async () => {
    const runner = await openRunner(model);
    await runner.run(input(elements));
    seen.push(new WeakRef(runner));
  })();
  let isAlive = true;
  for (let i = 0; i < 50 && isAlive; i++) {
    // looking at it keeps it for the rest of the task, so the collection must come first
    await sleep(20);
    (globalThis as { gc?: () => void }).gc?.();
    isAlive = seen[0]?.deref() !== undefined;
  }
  await sleep(100);
  return isAlive ? 'still there' : 'collected';
}

async function processExit({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  for (let i = 0; i < 20; i++) void runner.run(input(elements)).catch(() => undefined);
  await sleep(5);
  process.exit(7);
}

async function uncaught({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  void runner.run(input(elements)).catch(() => undefined);
  setTimeout(() => {
    throw new Error('uncaught on purpose');
  }, 1);
  await sleep(200);
  return null;
}

/** The addon lives in a worker thread only, which ends by itself or is terminated while runs are under way. */
async function workerThread({ model, elements, terminate }: Args & { terminate: boolean }): Promise<unknown> {
  const name = terminate ? 'endless' : 'noDispose';
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { name, args: JSON.stringify({ model, elements }) } });
  const message = new Promise((resolve) => worker.once('message', resolve));
  const exit = new Promise<number>((resolve) => worker.once('exit', resolve));
  if (!terminate) return { message: await message, exit: await exit };
  await sleep(600);
  await worker.terminate();
  return { exit: await exit };
}

/** How many signal handlers the simulator's variant took over, loaded by the addon or (to compare) by somebody else. */
async function signalHandlers({ model, bridge, byAddon }: Args & { bridge: string; byAddon: boolean }): Promise<unknown> {
  const runner = byAddon ? await openRunner(model) : null;
  const { signalHandlers: count } = createRequire(import.meta.url)(bridge) as { signalHandlers: (library: string) => number };
  const handlers = count(library);
  await runner?.dispose();
  return handlers;
}

async function endless({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  for (;;) await Promise.all([runner.run(input(elements)), runner.run(input(elements))]);
}

export const endings: Readonly<Record<string, Scenario>> = {
  life,
  openOnly,
  disposeTwice,
  rejectedRuns,
  noDispose,
  collected,
  processExit,
  uncaught,
  workerThread,
  signalHandlers,
  endless,
};
