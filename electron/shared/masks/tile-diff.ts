import { MASK_TILE_SIDE_PX } from './types';
import type { MaskTile } from './types';

/**
 * What must be written over one mask to get another.
 * @param stored the mask as it is; background tiles are absent
 * @param wanted the mask as it should be
 * @returns the differing tiles of `wanted`; empty `runs` where it has background and `stored` has not
 */
export function diffTiles(stored: readonly MaskTile[], wanted: readonly MaskTile[]): MaskTile[] {
  const before = new Map(stored.map((tile) => [tileName(tile), tile]));
  const changed: MaskTile[] = [];
  for (const tile of wanted) {
    const name = tileName(tile);
    if (!sameRuns(before.get(name)?.runs ?? new Uint32Array(0), tile.runs)) changed.push(tile);
    before.delete(name);
  }
  for (const tile of before.values())
    if (tile.runs.length > 0) changed.push({ tileX: tile.tileX, tileY: tile.tileY, runs: new Uint32Array(0) });
  return changed;
}

export function sameRuns(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function tileName(tile: MaskTile): string {
  return `${tile.tileX},${tile.tileY}`;
}

/** The part of the picture that a mask tile covers (it may reach beyond the picture's edges). */
export function tileBox(tileX: number, tileY: number): { x: number; y: number; width: number; height: number } {
  return { x: tileX * MASK_TILE_SIDE_PX, y: tileY * MASK_TILE_SIDE_PX, width: MASK_TILE_SIDE_PX, height: MASK_TILE_SIDE_PX };
}
