/** Much work: many runs at once, several runners and devices, long running, cancelling. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { AscendPool } from '../../ascend-pool';
import { loadBinding } from '../../binding';
import type { TensorData } from '../../tensors';
import { library, openRunner, outcomeOf, type Scenario } from './scenario';

interface Args {
  readonly model: string;
  readonly elements: number;
}

const input = (elements: number, value = 1): { image: Float32Array } => ({ image: new Float32Array(elements).fill(value) });
const firstValue = (output: Record<string, { data: ArrayLike<unknown> }>): number => Number(Object.values(output)[0]?.data[0]);

/** Every run has a payload of its own. @returns which came back wrong, and the order in which they settled */
async function manyRuns({ model, elements, runs, runners = 1 }: Args & { runs: number; runners?: number }): Promise<unknown> {
  const opened = await Promise.all(Array.from({ length: runners }, () => openRunner(model)));
  const settled: number[] = [];
  const values = await Promise.all(
    Array.from({ length: runs }, async (_, i) => {
      const image = Float32Array.from({ length: elements }, (__, at) => i * 7 + at);
      const output = await (opened[i % runners] ?? opened[0])?.run({ image });
      settled.push(i);
      const data = Object.values(output ?? {})[0]?.data ?? [];
      return image.every((value, at) => data[at] === value);
    }),
  );
  const stats = opened.map((runner) => runner.stats());
  await Promise.all(opened.map((runner) => runner.dispose()));
  return { wrong: values.filter((right) => !right).length, settled, stats };
}

/** @returns milliseconds that `runs` runs take on the devices together, best of three, and what each device did */
async function throughput({ model, elements, devices, runs }: Args & { devices: number; runs: number }): Promise<unknown> {
  const pool = await AscendPool.open(model, { deviceIds: Array.from({ length: devices }, (_, id) => id), libraryPath: library });
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const startMs = performance.now();
    await Promise.all(Array.from({ length: runs }, () => pool.run(input(elements))));
    times.push(performance.now() - startMs);
  }
  const shares = pool.stats().map((stats) => stats.runs);
  await pool.dispose();
  return { ms: Math.min(...times), shares };
}

/** How late timers fire while the device and the worker are busy, in milliseconds. */
async function eventLoop({ model, elements, runs }: Args & { runs: number }): Promise<unknown> {
  const runner = await openRunner(model);
  const payloads = Array.from({ length: 8 }, (_, i) => input(elements, i));
  await sleep(200);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let left = runs;
  const keepBusy = async (lane: number): Promise<void> => {
    while (left-- > 0) await runner.run(payloads[lane] ?? input(elements));
  };
  await Promise.all([0, 1, 2, 3].map(keepBusy));
  delay.disable();
  const stats = runner.stats();
  await runner.dispose();
  return { p50Ms: delay.percentile(50) / 1e6, p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6, stats, pid: process.pid };
}

/** Many runs in one life. @returns resident memory after a quarter and at the end, in bytes */
async function soak({ model, elements, runs }: Args & { runs: number }): Promise<unknown> {
  const runner = await openRunner(model);
  const payload = input(elements);
  const collect = (globalThis as { gc?: () => void }).gc;
  let quarterBytes = 0;
  for (let i = 0; i < runs; i += 4) {
    if (i === runs / 4) {
      collect?.();
      quarterBytes = process.memoryUsage.rss();
    }
    await Promise.all([runner.run(payload), runner.run(payload), runner.run(payload), runner.run(payload)]);
  }
  collect?.();
  const endBytes = process.memoryUsage.rss();
  const { runs: done } = runner.stats();
  await runner.dispose();
  return { done, quarterBytes, endBytes };
}

async function cancelling({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  const controllers = Array.from({ length: 12 }, () => new AbortController());
  const startMs = performance.now();
  const pending = controllers.map((controller, i) => outcomeOf(runner.run(input(elements, i), { signal: controller.signal }), firstValue));
  await sleep(5);
  // 0 and 1 are on the device, the rest wait
  for (const i of [0, 3, 5, 11]) controllers[i]?.abort();
  const firstCancelled = await pending[0];
  const cancelledAfterMs = performance.now() - startMs;
  const outcomes = await Promise.all(pending);
  const before = await outcomeOf(runner.run(input(elements), { signal: AbortSignal.abort() }));
  const stats = runner.stats();
  await runner.dispose();
  return { firstCancelled, cancelledAfterMs, outcomes, before, stats };
}

/** The queue's bound, a detached buffer while waiting, and disposing under load. */
async function queueing({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model, { maximumQueued: 3 });
  const accepted = Array.from({ length: 5 }, (_, i) => outcomeOf(runner.run(input(elements, i)), firstValue));
  const refused = await outcomeOf(runner.run(input(elements)));
  const first = await Promise.all(accepted);
  const waiting = input(elements, 9);
  const busy = [runner.run(input(elements)), runner.run(input(elements))];
  const detached = outcomeOf(runner.run(waiting));
  const { buffer } = waiting.image;
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
  const last = runner.run(input(elements));
  const disposed = runner.dispose();
  const outcomes = { refused, first, detached: await detached, last: await outcomeOf(last) };
  await Promise.all([...busy, disposed]);
  return outcomes;
}

/** A payload of the model's own type, given back by an identity model. */
async function roundTrip({
  model,
  bytes,
  narrowFloats = 'bits',
}: {
  model: string;
  bytes: number[];
  narrowFloats?: 'bits' | 'float32';
}): Promise<unknown> {
  const runner = await openRunner(model, { narrowFloats });
  const constructors: Record<number, new (buffer: ArrayBuffer) => TensorData> = {
    0: Float32Array,
    1: Uint16Array,
    2: Int8Array,
    3: Int32Array,
    4: Uint8Array,
    6: Int16Array,
    7: Uint16Array,
    8: Uint32Array,
    9: BigInt64Array,
    10: BigUint64Array,
    11: Float64Array,
    12: Uint8Array,
    27: Uint16Array,
  };
  const array = constructors[runner.description.inputs[0]?.dataType ?? -1];
  if (!array) throw new Error('no such type');
  const given = new array(new Uint8Array(bytes).buffer);
  const [output] = Object.values(await runner.run({ image: given }));
  const data = output?.data;
  const back = data ? [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] : [];
  await runner.dispose();
  return { type: data?.constructor.name, dims: output?.dims, same: narrowFloats === 'bits' && back.join() === bytes.join(), back };
}

/** Floats through a 16-bit model against the addon's own conversion both ways. */
async function narrowFloats({ model, elements }: Args): Promise<unknown> {
  const runner = await openRunner(model);
  const special = [0, -0, 1, -1.5, 65_504, 65_520, 1e9, -1e9, Infinity, -Infinity, NaN, 5.96e-8, 6.1e-5, 1e-9, 3.14159];
  const image = Float32Array.from({ length: elements }, (_, i) => special[i % special.length] ?? 0);
  const [output] = Object.values(await runner.run({ image }));
  const binding = loadBinding();
  const isHalf = runner.description.inputs[0]?.dataType === 1;
  const expected = isHalf ? binding.decodeHalf(binding.encodeHalf(image)) : binding.decodeBfloat(binding.encodeBfloat(image));
  await runner.dispose();
  const same = expected.every((value, i) => Object.is(value, output?.data[i]));
  return { type: output?.data.constructor.name, same, first: [...expected.slice(0, special.length)].map(String) };
}

/** Every gear of a model, chosen by length, shape or name; the outputs' shapes and sums. */
async function gears({ model, inputs }: { model: string; inputs: { dims: number[]; gear?: { batch: number } }[] }): Promise<unknown> {
  const runner = await openRunner(model);
  const outcomes: unknown[] = [];
  for (const { dims, gear } of inputs) {
    const data = Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => i % 13);
    const run = runner.run({ image: { data, dims } }, gear ? { gear } : {});
    outcomes.push(
      await outcomeOf(run, (output) =>
        Object.values(output).map(({ dims: shape, data: values }) => ({ shape, last: Number(values.at(-1)) })),
      ),
    );
  }
  const { description } = runner;
  await runner.dispose();
  return { outcomes, gearKind: description.gearKind, gears: description.gears.map(({ values }) => values) };
}

async function batches({ model, sample, count }: { model: string; sample: number; count: number }): Promise<unknown> {
  const runner = await openRunner(model);
  const image = Float32Array.from({ length: sample * count }, (_, i) => i % 4096);
  const [output] = Object.values(await runner.runBatch({ image }));
  const { runs } = runner.stats();
  await runner.dispose();
  return { dims: output?.dims, same: image.every((value, i) => output?.data[i] === value), runs };
}

/** Everything that must be refused before a call; each one's error. */
async function wrongInputs({ model }: { model: string }): Promise<unknown> {
  const runner = await openRunner(model);
  const detached = new Float32Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const inputs = [
    {},
    { other: new Float32Array(8) },
    { image: new Float32Array(7) },
    { image: new Float32Array(9) },
    { image: new Float64Array(8) },
    { image: detached },
    { image: new Float32Array(new SharedArrayBuffer(32)) },
    { image: { data: new Float32Array(8), dims: [8, 1] } },
  ];
  const outcomes = [];
  for (const wrong of inputs) outcomes.push(await outcomeOf(runner.run(wrong as never)));
  outcomes.push(await outcomeOf(runner.run({ image: new Float32Array(8) }, { gear: { batch: 2 } })));
  await runner.dispose();
  return outcomes;
}

export const loads: Readonly<Record<string, Scenario>> = {
  manyRuns,
  throughput,
  eventLoop,
  soak,
  cancelling,
  queueing,
  roundTrip,
  narrowFloats,
  gears,
  batches,
  wrongInputs,
};
