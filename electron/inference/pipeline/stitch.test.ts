import { describe, expect, it } from 'vitest';
import { Stitcher } from './stitch';
import { planTiles, tileCount } from './tiling';

const constant = (length: number, value: number): Float32Array => new Float32Array(length).fill(value);

describe('Stitcher', () => {
  it.each([
    [2048, 2000, { x: 800, y: 0, width: 430, height: 2000 }],
    [1300, 700, { x: 0, y: 0, width: 1300, height: 700 }],
    [200, 90, { x: 0, y: 0, width: 200, height: 90 }],
    [1, 1, { x: 0, y: 0, width: 1, height: 1 }],
    [600, 5000, { x: 3, y: 7, width: 590, height: 4990 }],
  ])('keeps a constant map constant on %i×%i', (width, height, region) => {
    const plan = planTiles({ width, height }, region, 512, 64);
    const stitcher = new Stitcher(plan, 88, 88);
    for (let tile = 0; tile < tileCount(plan); tile++) stitcher.add(tile, constant(88 * 88, 0.71));
    const map = stitcher.finish();
    expect(map).toHaveLength(region.width * region.height);
    expect(new Set(map)).toEqual(new Set([181]));
  });

  it('blends two tiles by half a cosine over their overlap', () => {
    const plan = planTiles({ width: 960, height: 512 }, { x: 0, y: 0, width: 960, height: 512 }, 512, 64);
    const stitcher = new Stitcher(plan, 512, 512);
    stitcher.add(0, constant(512 * 512, 1));
    stitcher.add(1, constant(512 * 512, 0));
    const row = stitcher.finish().subarray(100 * 960, 101 * 960);
    for (let x = 0; x < 960; x++) {
      const share = x < 448 ? 1 : x >= 512 ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * (x - 448 + 0.5)) / 64);
      expect(Math.abs((row[x] ?? 0) - 255 * share)).toBeLessThanOrEqual(0.51);
    }
  });

  it('puts each output pixel where its tile lies', () => {
    const plan = planTiles({ width: 1000, height: 900 }, { x: 400, y: 100, width: 500, height: 700 }, 512, 64);
    const stitcher = new Stitcher(plan, 512, 512);
    const value = (x: number, y: number): number => ((x >> 4) % 8) / 8 + (y % 3) / 24;
    for (let tile = 0; tile < tileCount(plan); tile++) {
      const left = plan.columns[tile % plan.columns.length] ?? 0;
      const top = plan.rows[Math.floor(tile / plan.columns.length)] ?? 0;
      stitcher.add(
        tile,
        Float32Array.from({ length: 512 * 512 }, (_, i) => value(left + (i % 512), top + Math.floor(i / 512))),
      );
    }
    const map = stitcher.finish();
    for (let i = 0; i < map.length; i++) {
      const expected = 255 * value(400 + (i % 500), 100 + Math.floor(i / 500));
      if (Math.abs((map[i] ?? 0) - expected) > 0.51) throw new Error(`pixel ${i}: ${map[i] ?? 'none'} instead of ${expected}`);
    }
  });

  it('cuts values outside 0…1 and takes NaN for 0', () => {
    const plan = planTiles({ width: 4, height: 4 }, { x: 0, y: 0, width: 4, height: 4 }, 512, 64);
    const stitcher = new Stitcher(plan, 4, 4);
    stitcher.add(0, Float32Array.from([2, 2, -3, NaN, 2, 2, -3, NaN, 2, 2, -3, NaN, 2, 2, -3, NaN]));
    expect([...stitcher.finish().subarray(0, 4)]).toEqual([255, 255, 0, 0]);
  });
});
