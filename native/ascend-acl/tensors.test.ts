import { describe, expect, it } from 'vitest';
import type { NativeDescription } from './binding';
import { planBatches, runInBatches } from './batching';
import { checkInputs, toOutputs } from './tensors';

const memory = { deviceBytes: 0, pinnedBytes: 0, workBytes: 0, weightBytes: 0 };
const tensor = (name: string, dataType: number, dims: number[]): NativeDescription['inputs'][number] => ({
  name,
  dataType,
  format: 0,
  dims,
  bytes: 0,
});

const plain: NativeDescription = {
  inputs: [tensor('image', 0, [1, 3, 2, 2]), tensor('scale', 9, [1])],
  outputs: [tensor('mask', 4, [1, 4])],
  gearKind: 'none',
  gears: [{ values: [], inputDims: [[1, 3, 2, 2], [1]], outputDims: [[1, 4]] }],
  memory,
};
const batched: NativeDescription = {
  inputs: [tensor('image', 1, [-1, 4])],
  outputs: [tensor('mask', 1, [8, 2])],
  gearKind: 'batch',
  gears: [1, 2, 8].map((batch) => ({ values: [batch], inputDims: [[batch, 4]], outputDims: [[batch, 2]] })),
  memory,
};
const sized: NativeDescription = {
  inputs: [tensor('image', 4, [1, -1, -1, 3])],
  outputs: [tensor('mask', 4, [1, 8])],
  gearKind: 'image-size',
  gears: [
    [2, 4],
    [4, 2],
  ].map(([height = 0, width = 0]) => ({ values: [height, width], inputDims: [[1, height, width, 3]], outputDims: [[1, height * width]] })),
  memory,
};

describe('checkInputs', () => {
  const good = { image: new Float32Array(12), scale: new BigInt64Array(1) };

  it('puts inputs into the order of the model', () => {
    expect(checkInputs(plain, { scale: good.scale, image: good.image })).toEqual({ arrays: [good.image, good.scale], gear: 0 });
  });

  it.each([
    ['an unknown name', { ...good, extra: new Float32Array(1) }, /no input "extra", but "image", "scale"/],
    ['a missing input', { image: good.image }, /"scale" is missing/],
    ['a wrong type', { ...good, image: new Int32Array(12) }, /float32 and needs Float32Array, not Int32Array/],
    ['a wrong length', { ...good, image: new Float32Array(11) }, /"image" has 11.*takes \[1, 3, 2, 2\] \(12\)/],
    ['a shape that does not fit the data', { ...good, image: { data: good.image, dims: [1, 3, 2, 3] } }, /does not fit 12 elements/],
    ['another shape of the same length', { ...good, image: { data: good.image, dims: [1, 12] } }, /has \[1, 12\]/],
    ['shared memory', { ...good, image: new Float32Array(new SharedArrayBuffer(48)) }, /shared memory/],
    ['no array', { ...good, image: new DataView(new ArrayBuffer(48)) as never }, /not DataView/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => checkInputs(plain, inputs)).toThrow(message);
  });

  it('refuses detached and resizable buffers', () => {
    const detached = new Float32Array(12);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(() => checkInputs(plain, { ...good, image: detached })).toThrow(/detached/);
    const resizable = new (ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer)(48, { maxByteLength: 96 });
    expect(() => checkInputs(plain, { ...good, image: new Float32Array(resizable) })).toThrow(/resizable/);
  });

  it('takes 16-bit floats as bits or as float32', () => {
    expect(checkInputs(batched, { image: new Uint16Array(8) }).gear).toBe(1);
    expect(checkInputs(batched, { image: new Float32Array(4) }).gear).toBe(0);
  });

  it('chooses the gear by length, by shape or by name, and refuses what is not there', () => {
    expect(checkInputs(batched, { image: new Float32Array(32) }, { batch: 8 }).gear).toBe(2);
    expect(() => checkInputs(batched, { image: new Float32Array(12) }, { batch: 3 })).toThrow(/no gear \{"batch":3\}; it has 1, 2, 8/);
    expect(() => checkInputs(batched, { image: new Float32Array(32) }, { batch: 2 })).toThrow(/has 32/);
    expect(() => checkInputs(plain, good, { batch: 1 })).toThrow(/it has none/);
    const data = new Uint8Array(24);
    expect(() => checkInputs(sized, { image: data })).toThrow(/several gears/);
    expect(checkInputs(sized, { image: { data, dims: [1, 4, 2, 3] } }).gear).toBe(1);
    expect(checkInputs(sized, { image: data }, { heightPx: 2, widthPx: 4 }).gear).toBe(0);
    expect(checkInputs(sized, { image: data }, { dims: [[1, 4, 2, 3]] }).gear).toBe(1);
  });
});

describe('toOutputs', () => {
  it('gives arrays of the model’s types with the gear’s shapes', () => {
    expect(toOutputs(plain, 0, [new ArrayBuffer(4)], true)).toEqual({ mask: { data: new Uint8Array(4), dims: [1, 4] } });
    expect(toOutputs(batched, 1, [new ArrayBuffer(16)], true).mask?.data).toEqual(new Float32Array(4));
    expect(toOutputs(batched, 1, [new ArrayBuffer(8)], false).mask?.data).toEqual(new Uint16Array(4));
  });
});

describe('planBatches', () => {
  it.each([
    [5, [1], [1, 1, 1, 1, 1]],
    [5, [4], [4, 4]],
    [8, [1, 2, 8], [8]],
    [7, [1, 2, 8], [8]],
    [3, [1, 2, 8], [2, 1]],
    [11, [1, 2, 8], [8, 2, 1]],
    [1, [4], [4]],
    [5, [4, 8], [8]],
  ])('%i samples on %j', (count, sizes, batches) => {
    const parts = planBatches(count, sizes);
    expect(parts.map(({ batch }) => batch)).toEqual(batches);
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(count);
    parts.reduce((next, { first, count: samples }) => {
      expect(first).toBe(next);
      return first + samples;
    }, 0);
  });
});

describe('runInBatches', () => {
  it('cuts, pads and joins', async () => {
    const image = Float32Array.from({ length: 44 }, (_, i) => i);
    const batches: unknown[] = [];
    const result = await runInBatches(batched, { image }, async (part, gear) => {
      batches.push(gear);
      const data = part.image as Float32Array;
      // the sum and the first value of each sample
      const out = Float32Array.from({ length: data.length / 2 }, (_, i) =>
        i % 2 ? (data[(i >> 1) * 4] ?? NaN) : data.subarray((i >> 1) * 4, (i >> 1) * 4 + 4).reduce((sum, value) => sum + value, 0),
      );
      return { mask: { data: out, dims: [data.length / 4, 2] } };
    });
    expect(batches).toEqual([{ batch: 8 }, { batch: 2 }, { batch: 1 }]);
    expect(result.mask?.dims).toEqual([11, 2]);
    expect(result.mask?.data[21]).toBe(40);
    expect(result.mask?.data[20]).toBe(40 + 41 + 42 + 43);
  });

  it('refuses what is no whole number of samples', async () => {
    const never = async (): Promise<never> => Promise.reject(new Error('not run'));
    await expect(runInBatches(batched, { image: new Float32Array(6) }, never)).rejects.toThrow(/no common whole number/);
    await expect(runInBatches(batched, {}, never)).rejects.toThrow(/missing or empty/);
    await expect(runInBatches(sized, { image: new Uint8Array(24) }, never)).rejects.toThrow(/fixed or a dynamic batch/);
  });
});
