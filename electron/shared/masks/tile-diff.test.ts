import { expect, it } from 'vitest';
import { diffTiles, tileBox } from './tile-diff';

const tile = (tileX: number, ...runs: number[]): { tileX: number; tileY: number; runs: Uint32Array } => ({
  tileX,
  tileY: 0,
  runs: Uint32Array.from(runs),
});

it('diffTiles names changed, new and emptied tiles only', () => {
  const stored = [tile(0, 1, 65_536), tile(1, 2, 65_536), tile(2, 3, 65_536)];
  const wanted = [tile(0, 1, 65_536), tile(1, 2, 65_535, 0, 1), tile(5, 4, 65_536)];
  expect(diffTiles(stored, wanted)).toEqual([wanted[1], wanted[2], tile(2)]);
  expect(diffTiles(wanted, wanted)).toEqual([]);
});

it('tileBox is the tile in image pixels', () => {
  expect(tileBox(2, 1)).toEqual({ x: 512, y: 256, width: 256, height: 256 });
});
