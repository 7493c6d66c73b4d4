import { describe, expect, it } from 'vitest';
import type { Box } from '#shared/geometry/box';
import { blendWeights, planTiles, tileCount, tileSidePx } from './tiling';

const whole = (width: number, height: number): Box => ({ x: 0, y: 0, width, height });

describe('planTiles', () => {
  it('puts one column of tiles on a rail band', () => {
    const plan = planTiles({ width: 2048, height: 2000 }, { x: 800, y: 0, width: 430, height: 2000 }, 512, 64);
    expect(tileCount(plan)).toBe(5);
    expect(plan.columns).toEqual([759]);
    expect(plan.rows).toEqual([0, 372, 744, 1116, 1488]);
    expect(tileCount(planTiles({ width: 2048, height: 2000 }, whole(2048, 2000), 512, 64))).toBe(25);
  });

  it('keeps a tile inside the picture where the band touches its edge', () => {
    expect(planTiles({ width: 2048, height: 600 }, { x: 1900, y: 0, width: 148, height: 600 }, 512, 64).columns).toEqual([1536]);
    expect(planTiles({ width: 2048, height: 600 }, { x: 0, y: 0, width: 148, height: 600 }, 512, 64).columns).toEqual([0]);
  });

  it.each([
    [1, 1, whole(1, 1)],
    [200, 200, whole(200, 200)],
    [2048, 300, whole(2048, 300)],
    [513, 512, whole(513, 512)],
    [1100, 30_000, whole(1100, 30_000)],
    [30_000, 1100, { x: 77, y: 13, width: 29_001, height: 1000 }],
    [900, 961, { x: 1, y: 0, width: 898, height: 961 }],
  ])('covers every pixel of %i×%i with the wanted overlap', (width, height, region) => {
    const plan = planTiles({ width, height }, region, 512, 64);
    for (const [starts, first, length, picture] of [
      [plan.columns, region.x, region.width, width],
      [plan.rows, region.y, region.height, height],
    ] as const) {
      expect(starts[0]).toBeLessThanOrEqual(first);
      expect((starts.at(-1) ?? 0) + plan.sidePx).toBeGreaterThanOrEqual(first + length);
      starts.forEach((start, i) => {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(start).toBeLessThan(picture);
        if (i > 0) expect((starts[i - 1] ?? 0) + plan.sidePx - start).toBeGreaterThanOrEqual(64);
      });
      if (picture >= plan.sidePx) expect((starts.at(-1) ?? 0) + plan.sidePx).toBeLessThanOrEqual(picture);
    }
  });

  it('makes tiles no larger than a small picture', () => {
    expect(tileSidePx({ width: 200, height: 90 }, 512)).toBe(200);
    expect(tileSidePx({ width: 1, height: 1 }, 512)).toBe(1);
    expect(tileSidePx({ width: 2000, height: 90 }, 512)).toBe(512);
  });
});

describe('blendWeights', () => {
  it.each([
    [[0], 512, 100, 300],
    [[0, 372, 744, 1116, 1488], 512, 0, 2000],
    [[10, 11], 512, 10, 513],
    [[0, 257, 514], 512, 0, 1026],
    [[5, 453], 512, 9, 900],
  ])('sums to one at every pixel for tiles at %j', (starts, side, regionStart, length) => {
    const sums = new Float64Array(length);
    blendWeights(starts, side, regionStart, length).forEach((weights, tile) =>
      weights.forEach((weight, offset) => {
        const at = (starts[tile] ?? 0) + offset - regionStart;
        if (at >= 0 && at < length) sums[at] = (sums[at] ?? 0) + weight;
        else expect(weight).toBe(0);
      }),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(1, 6);
  });

  it('is half a cosine over the overlap and 1 elsewhere', () => {
    const [first] = blendWeights([0, 448], 512, 0, 960);
    expect(first?.[447]).toBe(1);
    expect(first?.[448]).toBeCloseTo(0.5 + 0.5 * Math.cos((Math.PI * 0.5) / 64), 6);
    expect(first?.[511]).toBeCloseTo(0.5 - 0.5 * Math.cos((Math.PI * 0.5) / 64), 6);
  });
});
