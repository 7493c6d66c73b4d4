import { describe, expect, it } from 'vitest';
import { labelMapOfTiles } from '#shared/masks/label-tiles';
import { detect } from './postprocess';

const box = { x: 300, y: 200, width: 60, height: 40 };
const options = { threshold: 0.5, minimumAreaPx: 4, classCode: 'spalling' };

/** A map with rectangles of a value. */
function mapOf(rectangles: readonly [x: number, y: number, width: number, height: number, value: number][]): Uint8Array {
  const map = new Uint8Array(box.width * box.height);
  for (const [x, y, width, height, value] of rectangles) {
    for (let row = y; row < y + height; row++) map.fill(value, row * box.width + x, row * box.width + x + width);
  }
  return map;
}

describe('detect', () => {
  const map = mapOf([
    [30, 2, 5, 4, 204],
    [5, 10, 10, 3, 255],
    [15, 13, 2, 2, 153],
    [50, 30, 3, 1, 255],
    [40, 20, 5, 5, 127],
  ]);

  it('gives the components in scan order, in picture pixels, with the mean probability as score', () => {
    const { instances } = detect(map, box, options);
    expect(instances).toEqual([
      { label: 1, classCode: 'spalling', score: 0.8, box: { x: 330, y: 202, width: 5, height: 4 }, areaPx: 20 },
      {
        label: 2,
        classCode: 'spalling',
        score: expect.closeTo((30 + 4 * 0.6) / 34, 9) as number,
        box: { x: 305, y: 210, width: 12, height: 5 },
        areaPx: 34,
      },
    ]);
  });

  it('draws the same pixels as labels and as a binary mask', () => {
    const found = detect(map, box, options);
    const labels = labelMapOfTiles(found.tiles(), { x: 0, y: 0, width: 400, height: 300 });
    const mask = found.binaryMask(400, 300);
    expect(labels.filter((label) => label === 1)).toHaveLength(20);
    expect(labels.filter((label) => label === 2)).toHaveLength(34);
    expect(labels[202 * 400 + 330]).toBe(1);
    expect([...mask].every((byte, at) => byte === (labels[at] ? 255 : 0))).toBe(true);
  });

  it('follows the threshold: at or above counts', () => {
    expect(detect(map, box, { ...options, threshold: 0.8 }).instances.map(({ areaPx }) => areaPx)).toEqual([20, 30]);
    expect(detect(map, box, { ...options, threshold: 0.801 }).instances.map(({ areaPx }) => areaPx)).toEqual([30]);
    expect(detect(map, box, { ...options, threshold: 0.6 }).instances.map(({ areaPx }) => areaPx)).toEqual([20, 34]);
    expect(detect(map, box, { ...options, threshold: 0.49 }).instances).toHaveLength(3);
  });

  it('drops what is smaller than the minimum area and nothing else', () => {
    expect(detect(map, box, { ...options, minimumAreaPx: 0 }).instances).toHaveLength(3);
    expect(detect(map, box, { ...options, minimumAreaPx: 34 }).instances.map(({ areaPx }) => areaPx)).toEqual([34]);
    expect(detect(map, box, { ...options, minimumAreaPx: 35 }).instances).toEqual([]);
  });

  it('never marks probability 0, even at threshold 0', () => {
    expect(detect(new Uint8Array(box.width * box.height), box, { ...options, threshold: 0 }).instances).toEqual([]);
  });

  it('keeps the largest where labels run out', () => {
    const width = 1040;
    const height = 260;
    const dots = new Uint8Array(width * height);
    for (let y = 0; y < height; y += 2) for (let x = 0; x < width; x += 2) dots[y * width + x] = 255;
    // one dot of two pixels at the very end must survive
    dots[258 * width + 1039] = 255;
    const { instances } = detect(dots, { x: 0, y: 0, width, height }, { ...options, minimumAreaPx: 1 });
    expect(instances).toHaveLength(65_535);
    expect(instances.map(({ label }) => label)).toEqual(Array.from({ length: 65_535 }, (_, i) => i + 1));
    expect(instances.at(-1)).toMatchObject({ areaPx: 2, label: 65_535 });
  });
});
