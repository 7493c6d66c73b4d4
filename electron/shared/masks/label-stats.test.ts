import { describe, expect, it } from 'vitest';
import { addStats, statsOfTileRuns } from './label-stats';
import type { LabelStats } from './label-stats';
import { encodeTileRuns, TILE_AREA_PX } from './tile-runs';

function bruteForce(tileX: number, tileY: number, labels: Uint16Array): Map<number, LabelStats> {
  const stats = new Map<number, LabelStats>();
  labels.forEach((label, i) => {
    if (label !== 0)
      addStats(stats, label, { areaPx: 1, box: { x: tileX * 256 + (i % 256), y: tileY * 256 + Math.floor(i / 256), width: 1, height: 1 } });
  });
  return stats;
}

describe('statsOfTileRuns', () => {
  it('agrees with counting pixels on random tiles', () => {
    let seed = 3;
    const random = (n: number): number => Math.floor(((seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647) * n);
    for (let round = 0; round < 8; round++) {
      const labels = new Uint16Array(TILE_AREA_PX);
      for (let i = 0; i < 40; i++) {
        const at = random(TILE_AREA_PX);
        labels.fill(random(5), at, Math.min(TILE_AREA_PX, at + random(700)));
      }
      const expected = bruteForce(2, 3, labels);
      expect(statsOfTileRuns(2, 3, encodeTileRuns(labels))).toEqual(expected);
    }
  });

  it('has nothing for background', () => {
    expect(statsOfTileRuns(0, 0, new Uint32Array(0)).size).toBe(0);
    expect(statsOfTileRuns(0, 0, Uint32Array.from([0, TILE_AREA_PX])).size).toBe(0);
  });
});
