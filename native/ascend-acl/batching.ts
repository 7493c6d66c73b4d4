/** Many samples on a model with given batch sizes: which parts to run, and putting the results together. */
import { AscendError } from './ascend-error';
import type { NativeDescription } from './binding';
import type { Outputs } from './run-queue';
import { elementsOf, type GearChoice, type Inputs, type Tensor, type TensorData } from './tensors';

/** By name: samples one after the other, as many for every input. */
export type BatchInputs = Readonly<Record<string, TensorData>>;

/** `count` samples from `first` on, run in a batch of `batch`; the rest of the batch is padding. */
export interface BatchPart {
  readonly first: number;
  readonly count: number;
  readonly batch: number;
}

/**
 * Whole batches as large as possible; a rest is padded to the next size where that wastes less than half of it.
 * @param sizes batch sizes of the model
 */
export function planBatches(count: number, sizes: readonly number[]): BatchPart[] {
  const ascending = [...sizes].sort((a, b) => a - b);
  const parts: BatchPart[] = [];
  for (let first = 0; first < count;) {
    const left = count - first;
    const fitting = ascending.filter((size) => size <= left).at(-1);
    const covering = ascending.find((size) => size >= left);
    const batch = covering !== undefined && (fitting === undefined || left * 2 > covering) ? covering : (fitting ?? left);
    const part = { first, count: Math.min(batch, left), batch };
    parts.push(part);
    first += part.count;
  }
  return parts;
}

/**
 * @param run runs one batch; several are started at once
 * @throws AscendError bad-input, and what `run` throws
 */
export async function runInBatches(
  model: NativeDescription,
  inputs: BatchInputs,
  run: (inputs: Inputs, gear: GearChoice | undefined) => Promise<Outputs>,
): Promise<Outputs> {
  const { count, lengths } = samplesOf(model, inputs);
  const isGeared = model.gearKind === 'batch';
  const sizes = isGeared ? model.gears.map(({ values }) => values[0] ?? 1) : [model.gears[0]?.inputDims[0]?.[0] ?? 1];
  const parts = planBatches(count, sizes);
  const results = await Promise.all(
    parts.map(async (part) => run(cutInputs(inputs, lengths, part), isGeared ? { batch: part.batch } : undefined)),
  );
  const [whole] = results;
  if (whole && parts.length === 1 && parts[0]?.batch === count) return whole;
  return Object.fromEntries(model.outputs.map(({ name }) => [name, joinOutputs(name, parts, results, count)]));
}

/** How many samples were given, and the elements of one sample of each input. */
function samplesOf(model: NativeDescription, inputs: BatchInputs): { count: number; lengths: ReadonlyMap<string, number> } {
  if (model.gearKind === 'image-size' || model.gearKind === 'dims') {
    throw badBatch('runBatch needs a model with a fixed or a dynamic batch', 'runBatch 仅支持固定批量或动态批量的模型');
  }
  const lengths = new Map<string, number>();
  const counts = new Set<number>();
  for (const [index, { name }] of model.inputs.entries()) {
    const dims = model.gears[0]?.inputDims[index] ?? [];
    const length = elementsOf(dims) / (dims[0] ?? 1);
    const data = inputs[name];
    if (!data || data.length === 0) throw badBatch(`input "${name}" is missing or empty`, `缺少输入 "${name}" 或其为空`);
    lengths.set(name, length);
    counts.add(data.length / length);
  }
  const [count = 0] = counts;
  if (counts.size === 1 && Number.isInteger(count)) return { count, lengths };
  const given = model.inputs.map(({ name }) => `"${name}" ${inputs[name]?.length ?? 0} / ${lengths.get(name) ?? 0}`).join(', ');
  throw badBatch(`inputs hold no common whole number of samples (${given})`, `各输入的样本数不一致或不是整数（${given}）`);
}

function cutInputs(inputs: BatchInputs, lengths: ReadonlyMap<string, number>, { first, count, batch }: BatchPart): Inputs {
  const cut = Object.entries(inputs).map(([name, data]): [string, TensorData] => {
    const length = lengths.get(name) ?? 0;
    const samples = data.subarray(first * length, (first + count) * length);
    return [name, count === batch ? samples : padded(samples, batch * length)];
  });
  return Object.fromEntries(cut);
}

function padded(data: TensorData, length: number): TensorData {
  const bytes = new Uint8Array(length * data.BYTES_PER_ELEMENT);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return new (data.constructor as new (buffer: ArrayBuffer) => TensorData)(bytes.buffer);
}

function joinOutputs(name: string, parts: readonly BatchPart[], results: readonly Outputs[], count: number): Tensor {
  const first = results[0]?.[name];
  const firstBatch = parts[0]?.batch ?? 1;
  if (!first) throw badBatch(`no output "${name}"`, `没有输出 "${name}"`);
  if (first.dims[0] !== firstBatch) {
    throw badBatch(`output "${name}" has no batch dimension`, `输出 "${name}" 没有批量维度`);
  }
  const sampleBytes = first.data.byteLength / firstBatch;
  const joined = new Uint8Array(count * sampleBytes);
  for (const [index, part] of parts.entries()) {
    const data = results[index]?.[name]?.data;
    if (data) joined.set(new Uint8Array(data.buffer, data.byteOffset, part.count * sampleBytes), part.first * sampleBytes);
  }
  const data = new (first.data.constructor as new (buffer: ArrayBuffer) => TensorData)(joined.buffer);
  return { data, dims: [count, ...first.dims.slice(1)] };
}

function badBatch(en: string, zh: string): AscendError {
  return new AscendError('bad-input', { en, zh });
}
