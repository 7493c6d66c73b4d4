import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataTypeName } from './tensors';
import { callsOf, runScenario } from './testing/run-scenario';
import { writeIdentityModel, writeSimModel, type SimModel } from './testing/sim-models';

describe('types, gears and batches', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-types-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function run(name: string, args: object, sim: Record<string, string> = {}): Promise<unknown> {
    const end = await runScenario(name, { args, sim });
    expect(end.stderr).toBe('');
    expect(end.status).toBe(0);
    return end.result;
  }

  it.each<[DataTypeName, number, string]>([
    ['float32', 4, 'Float32Array'],
    ['float64', 8, 'Float64Array'],
    ['float16', 2, 'Uint16Array'],
    ['bfloat16', 2, 'Uint16Array'],
    ['int8', 1, 'Int8Array'],
    ['uint8', 1, 'Uint8Array'],
    ['bool', 1, 'Uint8Array'],
    ['int16', 2, 'Int16Array'],
    ['uint16', 2, 'Uint16Array'],
    ['int32', 4, 'Int32Array'],
    ['uint32', 4, 'Uint32Array'],
    ['int64', 8, 'BigInt64Array'],
    ['uint64', 8, 'BigUint64Array'],
  ])('%s comes back byte for byte', async (dtype, size, array) => {
    const elements = 37;
    const model = await writeIdentityModel(folder, { elements, dtype });
    const bytes = Array.from({ length: elements * size }, (_, i) => (i * 73 + 11) & 255);
    expect(await run('roundTrip', { model, bytes })).toEqual({ type: array, dims: [1, elements], same: true, back: bytes });
  });

  it.each<DataTypeName>(['float16', 'bfloat16'])(
    'floats pass through %s with its rounding, NaN, infinities and denormals',
    async (dtype) => {
      const model = await writeIdentityModel(folder, { elements: 30, dtype });
      const result = (await run('narrowFloats', { model, elements: 30 })) as { type: string; same: boolean; first: string[] };
      expect(result).toMatchObject({ type: 'Float32Array', same: true });
      if (dtype === 'float16')
        expect(result.first.slice(4, 11)).toEqual(['65504', 'Infinity', 'Infinity', '-Infinity', 'Infinity', '-Infinity', 'NaN']);
    },
  );

  it('shares memory with the host on chips that do', async () => {
    const model = await writeIdentityModel(folder, { elements: 64 });
    expect(await run('life', { model, elements: 64 }, { MODE: 'rc', SOC: 'Ascend310B4' })).toMatchObject({ values: [0, 1, 2, 3, 4, 5] });
  });

  const image = (dims: number[]): SimModel['inputs'][number] => ({ name: 'image', dtype: 'float32', dims });
  const output = (dims: number[]): SimModel['outputs'][number] => ({ name: 'probability', dtype: 'float32', dims });

  it('serves batch gears', async () => {
    const gears = { kind: 'batch', values: [1, 2, 4] } as const;
    const model = await writeSimModel(folder, 'batch', {
      inputs: [image([-1, 3])],
      outputs: [output([-1, 3])],
      gears,
      op: { type: 'identity' },
    });
    const inputs = [{ dims: [2, 3] }, { dims: [4, 3] }, { dims: [1, 3] }, { dims: [3, 3] }, { dims: [4, 3], gear: { batch: 8 } }];
    const {
      outcomes,
      gearKind,
      gears: listed,
    } = (await run('gears', { model, inputs })) as { outcomes: unknown[]; gearKind: string; gears: unknown };
    expect(gearKind).toBe('batch');
    expect(listed).toEqual([[1], [2], [4]]);
    expect(outcomes.slice(0, 3)).toEqual([[{ shape: [2, 3], last: 5 }], [{ shape: [4, 3], last: 11 }], [{ shape: [1, 3], last: 2 }]]);
    expect(outcomes.slice(3)).toEqual([expect.objectContaining({ kind: 'bad-input' }), expect.objectContaining({ kind: 'bad-input' })]);
    expect(await run('batches', { model, sample: 3, count: 11 })).toEqual({ dims: [11, 3], same: true, runs: 3 });
  });

  it('serves image-size gears', async () => {
    const gears = {
      kind: 'imageSize',
      values: [
        [2, 4],
        [4, 2],
        [4, 4],
      ],
    } as const;
    const dims = [1, 1, -1, -1];
    const model = await writeSimModel(folder, 'size', {
      inputs: [{ ...image(dims), format: 'NCHW' }],
      outputs: [output(dims)],
      gears,
      op: { type: 'identity' },
    });
    const inputs = [{ dims: [1, 1, 2, 4] }, { dims: [1, 1, 4, 2] }, { dims: [1, 1, 4, 4] }, { dims: [1, 1, 8, 2] }];
    const { outcomes } = (await run('gears', { model, inputs })) as { outcomes: unknown[] };
    expect(outcomes.slice(0, 3)).toEqual([
      [{ shape: [1, 1, 2, 4], last: 7 }],
      [{ shape: [1, 1, 4, 2], last: 7 }],
      [{ shape: [1, 1, 4, 4], last: 2 }],
    ]);
    expect(outcomes[3]).toMatchObject({ kind: 'bad-input' });
  });

  it('serves gears of any dims', async () => {
    const gears = {
      kind: 'dims',
      values: [
        [1, 4],
        [3, 2],
      ],
    } as const;
    const model = await writeSimModel(folder, 'dims', {
      inputs: [image([-1, -1])],
      outputs: [output([-1, -1])],
      gears,
      op: { type: 'identity' },
    });
    const { outcomes } = (await run('gears', { model, inputs: [{ dims: [3, 2] }, { dims: [1, 4] }, { dims: [4, 1] }] })) as {
      outcomes: unknown[];
    };
    expect(outcomes.slice(0, 2)).toEqual([[{ shape: [3, 2], last: 5 }], [{ shape: [1, 4], last: 3 }]]);
    expect(outcomes[2]).toMatchObject({ kind: 'bad-input' });
  });

  it('fills up a fixed batch', async () => {
    const model = await writeSimModel(folder, 'fixed', { inputs: [image([4, 5])], outputs: [output([4, 5])], op: { type: 'identity' } });
    expect(await run('batches', { model, sample: 5, count: 10 })).toEqual({ dims: [10, 5], same: true, runs: 3 });
  });

  it.each([
    ['dynamic AIPP', { aipp: { mode: 'dynamic', input: 0 } }],
    ['a type that JavaScript has not', { outputs: [{ name: 'probability', dtype: 'complex64' as DataTypeName, dims: [1, 2] }] }],
  ])('refuses %s and says what to do', async (_, change) => {
    const model = await writeSimModel(folder, 'refused', {
      inputs: [{ name: 'image', dtype: 'float32', dims: [1, 3, 2, 2] }],
      outputs: [output([1, 2])],
      op: { type: 'identity' },
      ...change,
    });
    expect(await run('openOnly', { model })).toMatchObject({ kind: 'bad-model', recovery: 'fix-model' });
  });

  it('refuses wrong input before any call of ACL', async () => {
    const model = await writeIdentityModel(folder, { elements: 8 });
    const { trace, result } = await runScenario('wrongInputs', { args: { model }, trace: true });
    const outcomes = result as { kind: string }[];
    expect(outcomes.length).toBeGreaterThan(5);
    expect(outcomes.every(({ kind }) => kind === 'bad-input')).toBe(true);
    // the warm-up's only
    expect(callsOf(trace).filter(({ call }) => call === 'aclmdlExecuteAsync')).toHaveLength(1);
  });
});
