import { describe, expect, it } from 'vitest';
import { traceTileContours } from './tile-contours';
import { TILE_AREA_PX } from './tile-runs';

function tileWith(pixels: [x: number, y: number, label: number][]): Uint16Array {
  const labels = new Uint16Array(TILE_AREA_PX);
  for (const [x, y, label] of pixels) labels[y * 256 + x] = label;
  return labels;
}
const nothingAround = (): number => 0;

/** Twice the area inside the closed lines of a label; clockwise on screen is positive. */
function enclosedArea(contours: ReturnType<typeof traceTileContours>, label: number): number {
  let sum = 0;
  for (const { points } of contours.filter((entry) => entry.label === label)) {
    for (let i = 0; i + 3 < points.length; i += 2)
      sum += (points[i] ?? 0) * (points[i + 3] ?? 0) - (points[i + 2] ?? 0) * (points[i + 1] ?? 0);
  }
  return sum / 2;
}

describe('traceTileContours', () => {
  it('walks around one pixel clockwise with corners only', () => {
    expect(traceTileContours(1, 0, tileWith([[3, 4, 9]]), nothingAround)).toEqual([
      { label: 9, points: [259, 4, 260, 4, 260, 5, 259, 5, 259, 4] },
    ]);
  });

  it('keeps pixels that touch at a corner apart and neighbours of other labels too', () => {
    const contours = traceTileContours(
      0,
      0,
      tileWith([
        [1, 1, 1],
        [2, 2, 1],
        [2, 1, 2],
      ]),
      nothingAround,
    );
    expect(contours.map((entry) => entry.label).sort()).toEqual([1, 1, 2]);
    for (const { points } of contours) expect(points).toHaveLength(10);
  });

  it('encloses exactly the area of each label on random tiles, holes counted out', () => {
    let seed = 11;
    const random = (n: number): number => Math.floor(((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647) * n);
    const labels = new Uint16Array(TILE_AREA_PX);
    for (let i = 0; i < 4000; i++) labels[random(60) * 256 + random(60)] = 1 + random(3);
    const contours = traceTileContours(0, 0, labels, nothingAround);
    for (const label of [1, 2, 3]) expect(enclosedArea(contours, label)).toBe(labels.filter((value) => value === label).length);
  });

  it('leaves the line open where the label goes on in the next tile', () => {
    const contours = traceTileContours(0, 0, tileWith([[255, 0, 5]]), (x, y) => (x === 256 && y === 0 ? 5 : 0));
    expect(contours.flatMap((entry) => entry.points)).toEqual([256, 1, 255, 1, 255, 0, 256, 0]);
    expect(contours).toHaveLength(1);
  });
});
