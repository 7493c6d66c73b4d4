import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { floatsOfHalves, tensorOfOrtValue } from './ort-values';

describe('tensorOfOrtValue', () => {
  it('reads every numeric type that a network answers with as float32', async () => {
    const network = readFileSync(path.resolve(import.meta.dirname, '../testing/fixtures/conversions.onnx'));
    const session = await ort.InferenceSession.create(network);
    const x = new ort.Tensor('float32', Float32Array.from([0, -2, 1.5, 1000]), [1, 4]);
    const results = await session.run({ x });
    const read = Object.fromEntries(Object.entries(results).map(([name, value]) => [name, tensorOfOrtValue(name, value)]));
    for (const tensor of Object.values(read)) {
      expect(tensor.dims).toEqual([1, 4]);
      expect(tensor.data).toBeInstanceOf(Float32Array);
    }
    expect([...(read.half?.data ?? [])]).toEqual([0, -2, 1.5, 1000]);
    expect([...(read.int32?.data ?? [])]).toEqual([0, -2, 1, 1000]);
    expect([...(read.int64?.data ?? [])]).toEqual([0, -2, 1, 1000]);
    expect([...(read.bool?.data ?? [])]).toEqual([0, 1, 1, 1]);
    expect(read.float?.data).toBe(results.float?.data);
    await session.release();
  });

  it('refuses text', () => {
    expect(() => tensorOfOrtValue('names', new ort.Tensor('string', ['a'], [1]))).toThrow('output names is string');
  });
});

describe('floatsOfHalves', () => {
  it('knows normal, subnormal, infinite and missing numbers', () => {
    const halves = Uint16Array.from([0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00, 0x7e00, 0x8000]);
    expect([...floatsOfHalves(halves)]).toEqual(
      [0, 1, -2, 65_504, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, Infinity, -Infinity, NaN, -0].map((value) => Math.fround(value)),
    );
  });
});
