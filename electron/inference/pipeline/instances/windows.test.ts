import { describe, expect, it } from 'vitest';
import { testManifest } from '../../testing/manifests';
import { planWindows } from './windows';

const { input } = testManifest({ input: { ...testManifest().input, width: 800, height: 608 } });
const plan = (width: number, height: number, region = { x: 0, y: 0, width, height }): ReturnType<typeof planWindows> =>
  planWindows({ width, height }, region, { input, tiling: { sourceTilePx: 1600, overlapPx: 200, railBand: false } });

describe('planWindows', () => {
  it('shows a picture whole where it is no longer than a tile, aspect kept', () => {
    expect(plan(1600, 1000)).toEqual([{ x: 0, y: 0, width: 1600, height: 1000, targetWidth: 800, targetHeight: 500 }]);
    expect(plan(600, 1500)).toEqual([{ x: 0, y: 0, width: 600, height: 1500, targetWidth: 243, targetHeight: 608 }]);
    expect(plan(3, 1600)).toEqual([{ x: 0, y: 0, width: 3, height: 1600, targetWidth: 1, targetHeight: 608 }]);
  });

  it('shows a small region of such a picture with its surroundings', () => {
    expect(plan(1000, 1000, { x: 10, y: 10, width: 50, height: 50 })).toHaveLength(1);
    expect(plan(1000, 1000, { x: 10, y: 10, width: 50, height: 50 })[0]).toMatchObject({ x: 0, width: 1000 });
  });

  it('cuts a longer one into tiles of the input’s proportions that overlap and cover the region', () => {
    const region = { x: 100, y: 300, width: 3700, height: 2500 };
    const windows = plan(4000, 3000, region);
    for (const window of windows) {
      expect([window.width, window.height, window.targetWidth, window.targetHeight]).toEqual([1600, 1216, 800, 608]);
      expect(window.x).toBeGreaterThanOrEqual(0);
      expect(window.x + window.width).toBeLessThanOrEqual(4000);
      expect(window.y + window.height).toBeLessThanOrEqual(3000);
    }
    const lefts = [...new Set(windows.map(({ x }) => x))];
    const tops = [...new Set(windows.map(({ y }) => y))];
    expect(windows).toHaveLength(lefts.length * tops.length);
    for (const [starts, side, from, to] of [
      [lefts, 1600, 100, 3800],
      [tops, 1216, 300, 2800],
    ] as const) {
      expect(starts[0]).toBeLessThanOrEqual(from);
      expect((starts.at(-1) ?? 0) + side).toBeGreaterThanOrEqual(to);
      starts.slice(1).forEach((start, at) => expect((starts[at] ?? 0) + side - start).toBeGreaterThanOrEqual(200));
    }
  });

  it('keeps the scale on a strip that is narrower than a tile', () => {
    const windows = plan(1125, 29_417);
    for (const { width, height, targetWidth, targetHeight } of windows) {
      expect([width, height]).toEqual([1125, 1216]);
      expect(targetHeight / height).toBeCloseTo(0.5, 3);
      expect(targetWidth / width).toBeCloseTo(0.5, 3);
    }
  });
});
