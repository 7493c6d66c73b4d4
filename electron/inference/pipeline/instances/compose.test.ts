import { describe, expect, it } from 'vitest';
import { labelMapOfTiles } from '#shared/masks/label-tiles';
import { composeInstances, scoreMap } from './compose';
import type { Corners } from './corners';
import type { FoundInstance } from './detected-part';
import { drawPart } from './draw-part';

const ROI = 4;

function noiseGrid(seed: number): Uint8Array {
  return Uint8Array.from({ length: ROI * ROI }, (_, at) => (Math.imul(at + 1 + seed * 31, 2_654_435_761) >>> 8) % 256);
}

/** The definition: the grid drawn bilinearly into the box, zero around it, looked up at the pixel's centre. */
function probabilityAt(grid: Uint8Array, box: Corners, x: number, y: number): number {
  const gx = ((x + 0.5 - box.x0) / (box.x1 - box.x0)) * ROI - 0.5;
  const gy = ((y + 0.5 - box.y0) / (box.y1 - box.y0)) * ROI - 0.5;
  let value = 0;
  for (let row = 0; row < ROI; row++) {
    for (let column = 0; column < ROI; column++) {
      value += Math.max(0, 1 - Math.abs(gx - column)) * Math.max(0, 1 - Math.abs(gy - row)) * (grid[row * ROI + column] ?? 0);
    }
  }
  return value;
}

function isInside({ x0, y0, x1, y1 }: Corners, x: number, y: number): boolean {
  return x + 0.5 >= x0 && x + 0.5 < x1 && y + 0.5 >= y0 && y + 0.5 < y1;
}

describe('drawPart', () => {
  const picture = { width: 40, height: 30 };
  it.each<[string, Corners]>([
    ['inside', { x0: 3.2, y0: 4.9, x1: 30.5, y1: 21.1 }],
    ['over the edges', { x0: -8.5, y0: -3.25, x1: 48, y1: 33 }],
    ['of a pixel', { x0: 10.1, y0: 10.2, x1: 11.4, y1: 11.3 }],
    ['between two centres', { x0: 10.6, y0: 3, x1: 11.4, y1: 20 }],
  ])('agrees with the definition: a box %s', (_, box) => {
    for (let seed = 0; seed < 5; seed++) {
      const grid = noiseGrid(seed);
      const drawn = new Set<number>();
      let before = -1;
      drawPart({ box, grid }, ROI, 0.5, picture, (y, x0, x1) => {
        expect(y * picture.width + x0).toBeGreaterThan(before);
        expect(x1).toBeGreaterThan(x0);
        for (let x = x0; x < x1; x++) drawn.add(y * picture.width + x);
        before = y * picture.width + x1 - 1;
      });
      for (let y = 0; y < picture.height; y++) {
        for (let x = 0; x < picture.width; x++) {
          const value = probabilityAt(grid, box, x, y);
          // on the edge, single precision decides
          if (Math.abs(value - 127.5) < 1e-2) continue;
          expect(drawn.has(y * picture.width + x), `${x} ${y}`).toBe(isInside(box, x, y) && value >= 127.5);
        }
      }
    }
  });

  it('draws by hand computed pixels', () => {
    // a 4 × 4 box, one bin a pixel: the left half of the grid is certain
    const grid = Uint8Array.from([255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0]);
    const spans: number[][] = [];
    drawPart({ box: { x0: 2, y0: 1, x1: 6, y1: 5 }, grid }, ROI, 0.5, picture, (...span) => spans.push(span));
    expect(spans).toEqual([
      [1, 2, 4],
      [2, 2, 4],
      [3, 2, 4],
      [4, 2, 4],
    ]);
  });
});

describe('composeInstances', () => {
  const picture = { width: 600, height: 300 };
  const whole = { x: 0, y: 0, ...picture };
  const full = new Uint8Array(ROI * ROI).fill(255);
  const square = (x: number, y: number, side: number, score: number, classCode = 'crack'): FoundInstance => ({
    classCode,
    score,
    parts: [{ box: { x0: x, y0: y, x1: x + side, y1: y + side }, grid: full }],
  });
  const options = { threshold: 0.3, minimumAreaPx: 0, roiSide: ROI, maskThreshold: 0.4 };

  it('gives overlapping pixels to the better score, over tile borders too', () => {
    const list = [square(200, 100, 100, 0.9), square(240, 140, 100, 0.8, 'dent'), square(500, 10, 20, 0.2)];
    const found = composeInstances(list, picture, options);
    expect(found.instances.map(({ label, classCode, score }) => [label, classCode, score])).toEqual([
      [1, 'crack', 0.9],
      [2, 'dent', 0.8],
    ]);
    const labels = labelMapOfTiles(found.tiles(), whole);
    for (const [x, y, label] of [
      [250, 150, 1],
      [290, 190, 1],
      [320, 220, 2],
      [210, 230, 0],
      [510, 20, 0],
    ] as const)
      expect(labels[y * picture.width + x], `${x} ${y}`).toBe(label);
    for (const { label, areaPx, box } of found.instances) {
      const at = [...labels.keys()].filter((pixel) => labels[pixel] === label);
      const [xs, ys] = [at.map((pixel) => pixel % picture.width), at.map((pixel) => Math.floor(pixel / picture.width))];
      expect(areaPx).toBe(at.length);
      expect(box.x).toBe(Math.min(...xs));
      expect(box.y + box.height - 1).toBe(Math.max(...ys));
    }
    const mask = found.binaryMask(picture.width, picture.height);
    expect(mask.every((byte, at) => byte === (labels[at] ? 255 : 0))).toBe(true);
  });

  it('keeps labels at every threshold and drops what is hidden or too small', () => {
    const list = [square(0, 0, 100, 0.9), square(20, 20, 40, 0.8), square(90, 90, 20, 0.7), square(300, 0, 50, 0.6)];
    const at = (threshold: number, minimumAreaPx = 0): number[] =>
      composeInstances(list, picture, { ...options, threshold, minimumAreaPx }).instances.map(({ label }) => label);
    expect(at(0.5)).toEqual([1, 3, 4]);
    expect(at(0.5, 400)).toEqual([1, 4]);
    expect(at(0.65)).toEqual([1, 3]);
    const small = composeInstances(list, picture, { ...options, minimumAreaPx: 400 });
    expect(labelMapOfTiles(small.tiles(), whole)[105 * picture.width + 105]).toBe(0);
  });

  it('joins the parts of one instance under one label', () => {
    const parts = [...square(10, 10, 100, 0.5).parts, ...square(60, 10, 100, 0.5).parts];
    const found = composeInstances([{ classCode: 'crack', score: 0.5, parts }], picture, options);
    expect(found.instances).toHaveLength(1);
    expect(found.instances[0]?.box.width).toBeGreaterThan(140);
  });

  it('keeps the best score of each pixel as a map', () => {
    const map = scoreMap([square(0, 0, 100, 0.8), square(50, 50, 100, 0.4), square(400, 200, 50, 0.0001)], picture, options);
    expect([map[50 * 600 + 50], map[130 * 600 + 130], map[220 * 600 + 420], map[299 * 600]]).toEqual([204, 102, 1, 0]);
  });
});
