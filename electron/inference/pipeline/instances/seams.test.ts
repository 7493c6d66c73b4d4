import { describe, expect, it } from 'vitest';
import type { Corners } from './corners';
import { joinSeams, type TileDetection } from './seams';

/** Two tiles of 100 × 100 side by side with a common strip from 70 to 100. */
const windows: Corners[] = [
  { x0: 0, y0: 0, x1: 100, y1: 100 },
  { x0: 70, y0: 0, x1: 170, y1: 100 },
];
const picture = { width: 170, height: 100 };

const seen = (window: number, x0: number, x1: number, score: number, more: Partial<TileDetection> = {}): TileDetection => ({
  window,
  classIndex: 0,
  score,
  box: { x0, y0: 20, x1, y1: 60 },
  ...more,
});
const join = (...detections: TileDetection[]): { boxes: [number, number][]; score: number }[] =>
  joinSeams(detections, windows, picture, 0.6).map(({ members, score }) => ({
    boxes: members.map(({ box }): [number, number] => [box.x0, box.x1]).sort((a, b) => a[0] - b[0]),
    score,
  }));

describe('joinSeams', () => {
  it('takes what both tiles saw whole once, with the better box', () => {
    expect(join(seen(0, 72, 95, 0.7), seen(1, 73, 95, 0.9))).toEqual([{ boxes: [[73, 95]], score: 0.9 }]);
  });

  it('prefers the whole one over the cut off one even where that scores better, and keeps the better score', () => {
    expect(join(seen(0, 75, 100, 0.95), seen(1, 75, 120, 0.6))).toEqual([{ boxes: [[75, 120]], score: 0.95 }]);
  });

  it('joins two pieces of what no tile saw whole', () => {
    expect(join(seen(0, 20, 100, 0.8), seen(1, 70, 150, 0.7))).toEqual([
      {
        boxes: [
          [20, 100],
          [70, 150],
        ],
        score: 0.8,
      },
    ]);
  });

  it('keeps neighbours apart that only touch the same edge', () => {
    const upper = { box: { x0: 20, y0: 0, x1: 100, y1: 30 } };
    const lower = { box: { x0: 70, y0: 40, x1: 150, y1: 90 } };
    expect(join(seen(0, 0, 0, 0.8, upper), seen(1, 0, 0, 0.7, lower))).toHaveLength(2);
  });

  it('keeps other classes, detections of one tile, and things elsewhere', () => {
    expect(join(seen(0, 75, 95, 0.9), seen(1, 75, 95, 0.8, { classIndex: 1 }))).toHaveLength(2);
    expect(join(seen(0, 10, 40, 0.9), seen(0, 12, 42, 0.8))).toHaveLength(2);
    expect(join(seen(0, 10, 40, 0.9), seen(1, 110, 140, 0.8))).toHaveLength(2);
  });

  it('does not call the edge of the picture a seam', () => {
    // touches the left edge of the picture: whole, so that overlap alone decides
    expect(join(seen(0, 0, 96, 0.9), seen(1, 78, 98, 0.8))).toHaveLength(2);
  });

  it('joins a chain over three tiles whichever piece is best', () => {
    const three: Corners[] = [...windows, { x0: 140, y0: 0, x1: 240, y1: 100 }];
    const pieces = [seen(0, 20, 100, 0.9), seen(1, 70, 170, 0.5), seen(2, 140, 220, 0.7)];
    const joined = joinSeams(pieces, three, { width: 240, height: 100 }, 0.6);
    expect(joined).toHaveLength(1);
    expect(joined[0]?.members).toHaveLength(3);
    expect(joined[0]?.score).toBe(0.9);
  });

  it('gives the best first', () => {
    expect(join(seen(0, 1, 20, 0.3), seen(0, 30, 40, 0.9), seen(1, 110, 140, 0.6)).map(({ score }) => score)).toEqual([0.9, 0.6, 0.3]);
  });
});
