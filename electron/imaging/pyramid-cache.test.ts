import { describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { PyramidCache } from './pyramid-cache';
import { shrinkByTwo } from './shrink';
import { codeOf } from './testing/expect-code';
import { imageOf } from './testing/images';
import type { DecodedImage } from './types';

function gradient(width: number, height: number): DecodedImage {
  return imageOf(
    Uint8Array.from({ length: width * height }, (_, i) => (Math.floor(i / width) * 3 + (i % width)) % 251),
    width,
    height,
  );
}

function counted(image: DecodedImage): { load: () => Promise<DecodedImage>; calls: () => number } {
  let calls = 0;
  return {
    load: async () => {
      calls++;
      return image;
    },
    calls: () => calls,
  };
}

describe('PyramidCache', () => {
  it('cuts tiles of 512 and smaller ones at the edges', async () => {
    const image = gradient(1100, 700);
    const cache = new PyramidCache({ budgetBytes: 1e8 });
    const { load } = counted(image);
    const middle = await cache.tile('a', load, 0, 1, 0);
    expect([middle.width, middle.height, middle.bytes.length]).toEqual([512, 512, 512 * 512]);
    expect(middle.bytes[5 * 512 + 7]).toBe(image.data[5 * 1100 + 512 + 7]);
    const corner = await cache.tile('a', load, 0, 2, 1);
    expect([corner.width, corner.height]).toEqual([1100 - 1024, 700 - 512]);
    expect(corner.bytes.at(-1)).toBe(image.data.at(-1));
  });

  it('serves shrunk levels down to one pixel', async () => {
    const image = gradient(1100, 700);
    const cache = new PyramidCache({ budgetBytes: 1e8 });
    const { load, calls } = counted(image);
    const tile = await cache.tile('a', load, 2, 0, 0);
    expect([tile.width, tile.height]).toEqual([275, 175]);
    expect(Buffer.compare(tile.bytes, shrinkByTwo(shrinkByTwo(image)).data as Uint8Array)).toBe(0);
    const last = await cache.tile('a', load, 11, 0, 0);
    expect([last.width, last.height]).toEqual([1, 1]);
    expect(calls()).toBe(1);
  });

  it('shrinks in turns to the same result', async () => {
    const image = gradient(5000, 2001);
    const tile = await new PyramidCache({ budgetBytes: 1e9 }).tile('a', async () => image, 1, 4, 1);
    const half = shrinkByTwo(image);
    expect([tile.width, tile.height]).toEqual([2500 - 2048, 1001 - 512]);
    expect(tile.bytes.at(-1)).toBe(half.data.at(-1));
    expect(tile.bytes[0]).toBe(half.data[512 * 2500 + 2048]);
  });

  it('keeps 16-bit RGB samples, little endian', async () => {
    const image = imageOf(Uint16Array.of(1, 256, 65_535, 4, 5, 6), 2, 1);
    const tile = await new PyramidCache({ budgetBytes: 1000 }).tile('a', async () => image, 0, 0, 0);
    expect(tile).toMatchObject({ width: 2, height: 1, channels: 3, bitDepth: 16 });
    expect([...tile.bytes]).toEqual([1, 0, 0, 1, 255, 255, 4, 0, 5, 0, 6, 0]);
  });

  it('shares concurrent loads', async () => {
    const { load, calls } = counted(gradient(600, 600));
    const cache = new PyramidCache({ budgetBytes: 1e7 });
    await Promise.all([
      cache.image('a', load),
      cache.tile('a', load, 0, 0, 0),
      cache.tile('a', load, 1, 0, 0),
      cache.tile('a', load, 1, 0, 0),
    ]);
    expect(calls()).toBe(1);
  });

  it('forgets the least recently used when the budget is exceeded', async () => {
    const a = counted(gradient(100, 100));
    const b = counted(gradient(100, 100));
    const c = counted(gradient(100, 100));
    const cache = new PyramidCache({ budgetBytes: 20_000 });
    await cache.image('a', a.load);
    await cache.image('b', b.load);
    await cache.image('a', a.load);
    await cache.image('c', c.load);
    await cache.image('a', a.load);
    expect([a.calls(), b.calls(), c.calls()]).toEqual([1, 1, 1]);
    await cache.image('b', b.load);
    expect(b.calls()).toBe(2);
  });

  it('counts the shrunk levels', async () => {
    const a = counted(gradient(100, 100));
    const b = counted(gradient(100, 100));
    const cache = new PyramidCache({ budgetBytes: 23_000 });
    await cache.image('a', a.load);
    await cache.image('b', b.load);
    await cache.tile('b', b.load, 1, 0, 0);
    await cache.tile('b', b.load, 1, 0, 0);
    await cache.image('a', a.load);
    expect(a.calls()).toBe(1);
    await cache.tile('a', a.load, 1, 0, 0);
    await cache.image('b', b.load);
    expect(b.calls()).toBe(2);
  });

  it('keeps the picture in use even if it alone exceeds the budget', async () => {
    const { load, calls } = counted(gradient(200, 200));
    const cache = new PyramidCache({ budgetBytes: 10 });
    await cache.tile('a', load, 0, 0, 0);
    await cache.tile('a', load, 1, 0, 0);
    expect(calls()).toBe(1);
  });

  it('does not remember failures', async () => {
    const cache = new PyramidCache({ budgetBytes: 1000 });
    const fail = async (): Promise<DecodedImage> => {
      throw new RailscopeError('image-missing', 'gone');
    };
    expect(await codeOf(cache.tile('a', fail, 0, 0, 0))).toBe('image-missing');
    expect((await cache.tile('a', async () => gradient(4, 4), 0, 0, 0)).width).toBe(4);
  });

  it('loads again after drop', async () => {
    const { load, calls } = counted(gradient(4, 4));
    const cache = new PyramidCache({ budgetBytes: 1000 });
    await cache.image('a', load);
    cache.drop('a');
    await cache.image('a', load);
    expect(calls()).toBe(2);
  });

  it.each([
    [0, 2, 0],
    [0, -1, 0],
    [0, 0, 1],
    [0, 0.5, 0],
    [-1, 0, 0],
    [99, 0, 0],
    [0.5, 0, 0],
  ])('refuses level %d tile %d, %d', async (level, x, y) => {
    const cache = new PyramidCache({ budgetBytes: 1e7 });
    expect(await codeOf(cache.tile('a', async () => gradient(600, 300), level, x, y))).toBe('bad-request');
  });
});
