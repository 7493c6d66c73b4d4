import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packInstances, readKeptInstances, type KeptInstances } from './kept-instances';

describe('the file of kept instances', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-kept-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const grid = (value: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, at) => (at * 10 + value) % 256);
  const box = (at: number): { x0: number; y0: number; x1: number; y1: number } => ({ x0: at, y0: at + 0.1, x1: at + 7, y1: at + 8.25 });
  const kept: KeptInstances = {
    picture: { width: 800, height: 600 },
    roiSide: 4,
    instances: [
      {
        classCode: '裂纹',
        score: Math.sqrt(0.7),
        parts: [
          // the byte of a line break within a grid ends nothing
          { box: box(1), grid: grid(10) },
          { box: box(5), grid: grid(2) },
        ],
      },
      { classCode: 'dent', score: 0.25, parts: [{ box: box(90), grid: grid(3) }] },
    ],
  };

  it('gives back exactly what went in', async () => {
    const file = path.join(folder, 'a.instances');
    await writeFile(file, await packInstances(kept));
    expect(await readKeptInstances(file)).toEqual(kept);
    await writeFile(file, await packInstances({ ...kept, instances: [] }));
    expect((await readKeptInstances(file)).instances).toEqual([]);
  });

  it('says which file is missing, damaged or something else', async () => {
    const file = path.join(folder, 'b.instances');
    await expect(readKeptInstances(file)).rejects.toMatchObject({ code: 'image-missing', details: { path: file } });
    const whole = await packInstances(kept);
    for (const bytes of [new Uint8Array(0), Buffer.from('text'), whole.subarray(0, whole.length - 20)]) {
      await writeFile(file, bytes);
      await expect(readKeptInstances(file)).rejects.toMatchObject({ code: 'image-corrupt', details: { path: file } });
    }
    const [first] = kept.instances;
    const short = { ...kept, instances: first ? [{ ...first, parts: [{ box: box(1), grid: new Uint8Array(15) }] }] : [] };
    await writeFile(file, await packInstances(short));
    await expect(readKeptInstances(file)).rejects.toMatchObject({
      code: 'image-corrupt',
      message: expect.stringContaining('cut off') as string,
    });
  });
});
