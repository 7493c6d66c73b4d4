import type { Box } from '../geometry/box';
import { uniteBoxes } from '../geometry/box';
import { MASK_TILE_SIDE_PX } from './types';

export interface LabelStats {
  areaPx: number;
  /** tight, in image pixels */
  box: Box;
}

/**
 * Area and tight box of every label of one tile, straight from its runs.
 * @param runs pairs [label, length] as in MaskTile; they may wrap over rows
 * @returns by label, boxes in image pixels; background is left out
 */
export function statsOfTileRuns(tileX: number, tileY: number, runs: Uint32Array): Map<number, LabelStats> {
  const side = MASK_TILE_SIDE_PX;
  const stats = new Map<number, LabelStats>();
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const label = runs[i] ?? 0;
    const length = runs[i + 1] ?? 0;
    if (label !== 0 && length > 0) {
      const firstRow = Math.floor(at / side);
      const lastRow = Math.floor((at + length - 1) / side);
      // a run over the end of a row touches both edges of the tile
      const wraps = lastRow > firstRow;
      const box = {
        x: tileX * side + (wraps ? 0 : at % side),
        y: tileY * side + firstRow,
        width: wraps ? side : length,
        height: lastRow - firstRow + 1,
      };
      addStats(stats, label, { areaPx: length, box });
    }
    at += length;
  }
  return stats;
}

/** Adds the pixels of a further part of a label. */
export function addStats(stats: Map<number, LabelStats>, label: number, part: LabelStats): void {
  const known = stats.get(label);
  if (!known) stats.set(label, part);
  else stats.set(label, { areaPx: known.areaPx + part.areaPx, box: uniteBoxes(known.box, part.box) });
}
