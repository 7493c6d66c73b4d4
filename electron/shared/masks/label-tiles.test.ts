import { describe, expect, it } from 'vitest';
import { labelMapOfTiles, tilesOfLabelMap, tilesOfRuns } from './label-tiles';

describe('label tiles', () => {
  const box = { x: 200, y: 250, width: 400, height: 300 };
  const labels = new Uint16Array(box.width * box.height);
  for (let y = 0; y < 40; y++) labels.fill(7, y * box.width + 20, y * box.width + 120);
  labels.fill(65_535, 299 * box.width + 390, 300 * box.width);

  it('returns what it was given, over tile borders', () => {
    const tiles = tilesOfLabelMap(labels, box);
    expect(tiles.map(({ tileX, tileY }) => [tileX, tileY])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
      [2, 2],
    ]);
    expect(labelMapOfTiles(tiles, box)).toEqual(labels);
  });

  it('cuts a part out of tiles', () => {
    const part = labelMapOfTiles(tilesOfLabelMap(labels, box), { x: 218, y: 249, width: 4, height: 2 });
    expect([...part]).toEqual([0, 0, 0, 0, 0, 0, 7, 7]);
  });

  it('makes the same tiles from runs', () => {
    const runs: number[][] = [];
    for (let y = 0; y < 40; y++) runs.push([250 + y, 220, 320, 7]);
    runs.push([300, 0, 900, 0]);
    runs.push([549, 590, 600, 65_535]);
    const value = (run: number, column: number): number => runs[run]?.[column] ?? 0;
    const tiles = tilesOfRuns({
      runCount: runs.length,
      row: (run) => value(run, 0),
      start: (run) => value(run, 1),
      end: (run) => value(run, 2),
      label: (run) => value(run, 3),
    });
    expect(tiles).toEqual(tilesOfLabelMap(labels, box));
  });

  it('gives no tile for background', () => {
    expect(tilesOfLabelMap(new Uint16Array(4), { x: 0, y: 0, width: 2, height: 2 })).toEqual([]);
  });
});
