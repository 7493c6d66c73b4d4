import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { FakeSession } from '../testing/fake-session';
import { testManifest } from '../testing/manifests';
import { chooseBatch, measureBatch } from './batch-choice';

const { input } = testManifest();
const manifest = testManifest({ input: { ...input, batch: { dynamic: true, preferred: 2, maximum: 16 } } });

/** A device that needs `runMs(tiles)` for a run, by a clock of its own. */
function device(runMs: (tiles: number) => number) {
  const session = new FakeSession();
  let clockMs = 0;
  session.beforeRun = (tensors) => (clockMs += runMs(tensors['image']?.dims[0] ?? 0));
  return { session, now: () => clockMs };
}
const measured = async (runMs: (tiles: number) => number): Promise<number> => {
  const { session, now } = device(runMs);
  return measureBatch(session, manifest, now);
};

describe('measureBatch', () => {
  it('takes the batch with the best time per tile', async () => {
    // a fixed cost per run that larger batches share
    expect(await measured((tiles) => 20 + tiles)).toBe(16);
    // no gain beyond 4
    expect(await measured((tiles) => (tiles <= 4 ? 10 : tiles * 2.5))).toBe(4);
    // a processor: every tile costs the same
    expect(await measured((tiles) => tiles * 7)).toBe(1);
  });

  it('takes no larger batch for a small gain', async () => {
    expect(await measured((tiles) => tiles * (10 - Math.log2(tiles) * 0.05))).toBe(1);
  });

  it('ends where memory ends, and passes other failures on', async () => {
    const { session, now } = device(() => 10);
    const clock = session.beforeRun;
    session.beforeRun = (tensors) => {
      if ((tensors['image']?.dims[0] ?? 0) > 4) throw new RailscopeError('out-of-memory', 'full');
      clock(tensors);
    };
    expect(await measureBatch(session, manifest, now)).toBe(4);
    session.beforeRun = () => {
      throw new RailscopeError('inference-failed', 'broken');
    };
    await expect(measureBatch(session, manifest, now)).rejects.toMatchObject({ code: 'inference-failed' });
  });
});

describe('chooseBatch', () => {
  const key = { modelSha256: 'a', device: 'Card (CUDA 0)', runtime: 'onnxruntime 1' };

  it('measures once for weights, device and runtime', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'railscope-batch-'));
    const file = path.join(folder, 'cache/batches.json');
    const session = new FakeSession();
    const first = await chooseBatch(session, manifest, key, file);
    const runs = session.batches.length;
    expect(runs).toBeGreaterThan(0);
    expect(await chooseBatch(session, manifest, key, file)).toBe(first);
    expect(session.batches).toHaveLength(runs);
    for (const change of [{ modelSha256: 'b' }, { device: 'Other' }, { runtime: 'onnxruntime 2' }]) {
      const before = session.batches.length;
      await chooseBatch(session, manifest, { ...key, ...change }, file);
      expect(session.batches.length).toBeGreaterThan(before);
    }
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')) as object)).toHaveLength(4);
    await writeFile(file, '{"damaged":');
    expect(await chooseBatch(session, manifest, key, file)).toBeGreaterThanOrEqual(1);
    await rm(folder, { recursive: true });
  });

  it('does without a file, and asks nothing where the batch is fixed', async () => {
    const session = new FakeSession();
    expect(await chooseBatch(session, manifest, key, path.join(import.meta.filename, 'no-folder.json'))).toBeGreaterThanOrEqual(1);
    session.batches.length = 0;
    const fixed = testManifest({ input: { ...input, batch: { dynamic: false, preferred: 3, maximum: 3 } } });
    expect(await chooseBatch(session, fixed, key, null)).toBe(3);
    expect(session.batches).toEqual([]);
  });
});
