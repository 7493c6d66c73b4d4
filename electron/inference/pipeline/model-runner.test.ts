import { describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Tensor, Tensors } from '../backends/backend';
import { FakeSession } from '../testing/fake-session';
import { testManifest } from '../testing/manifests';
import { ModelRunner } from './model-runner';

const TILE = 3 * 16;
const outOfMemory = new RailscopeError('out-of-memory', 'no memory left');

/** `count` tiles, tile i full of i / 10. */
function tiles(count: number): Float32Array {
  return Float32Array.from({ length: count * TILE }, (_, at) => Math.floor(at / TILE) / 10);
}

function probabilityOf({ probability }: Tensors): Tensor {
  if (!probability) throw new Error('no probability');
  return probability;
}

function firstOfTiles({ data }: Tensor): number[] {
  return Array.from({ length: data.length / 16 }, (_, tile) => Math.round((data[tile * 16 + 15] ?? -1) * 10));
}

describe('ModelRunner', () => {
  it('halves the batch for good when memory runs out, and loses no tile', async () => {
    const session = new FakeSession();
    session.beforeRun = ({ image }) => {
      if ((image?.dims[0] ?? 0) > 2) throw outOfMemory;
    };
    const runner = new ModelRunner(testManifest(), session, 7);
    const output = probabilityOf(await runner.run(tiles(7), 7));
    expect(output.dims).toEqual([7, 1, 4, 4]);
    expect(firstOfTiles(output)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(runner.batch).toBeLessThanOrEqual(3);
    expect(Math.max(...session.batches)).toBe(2);
  });

  it('reports out-of-memory when one tile is too much', async () => {
    const session = new FakeSession();
    session.beforeRun = () => {
      throw outOfMemory;
    };
    const runner = new ModelRunner(testManifest(), session, 4);
    await expect(runner.run(tiles(4), 4)).rejects.toMatchObject({ code: 'out-of-memory' });
    expect(runner.batch).toBe(1);
  });

  it('fills the batch of a network with a fixed one', async () => {
    const session = new FakeSession();
    const manifest = testManifest();
    manifest.input.batch = { dynamic: false, preferred: 4, maximum: 4 };
    const output = probabilityOf(await new ModelRunner(manifest, session, 4).run(tiles(3), 3));
    expect(session.batches).toEqual([4]);
    expect(output.dims).toEqual([3, 1, 4, 4]);
    expect(firstOfTiles(output)).toEqual([0, 1, 2]);
  });

  it('refuses an output of another shape', async () => {
    const manifest = testManifest({ output: { name: 'probability', kind: 'probability', channels: 2 } });
    await expect(new ModelRunner(manifest, new FakeSession(), 1).run(tiles(1), 1)).rejects.toMatchObject({ code: 'inference-failed' });
    const renamed = testManifest({ output: { name: 'mask', kind: 'probability', channels: 1 } });
    await expect(new ModelRunner(renamed, new FakeSession(), 1).run(tiles(1), 1)).rejects.toMatchObject({ code: 'inference-failed' });
  });
});
