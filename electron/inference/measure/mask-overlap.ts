import type { Comparison } from '#shared/domain/measurement';
import { decodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import type { MaskTile } from '#shared/masks/types';

/** Pixels with any label in both masks, and in each; tiles that are left out are background. */
export function maskOverlap(reference: readonly MaskTile[], candidate: readonly MaskTile[]): Comparison['mask'] {
  const others = new Map(candidate.map((tile) => [key(tile), tile]));
  const left = new Uint16Array(TILE_AREA_PX);
  const right = new Uint16Array(TILE_AREA_PX);
  const overlap = { bothPx: 0, referencePx: foreground(reference), candidatePx: foreground(candidate) };
  for (const tile of reference) {
    const other = others.get(key(tile));
    if (!other) continue;
    decodeTileRuns(tile.runs, left);
    decodeTileRuns(other.runs, right);
    for (let i = 0; i < TILE_AREA_PX; i++) if (left[i] !== 0 && right[i] !== 0) overlap.bothPx++;
  }
  return overlap;
}

function foreground(tiles: readonly MaskTile[]): number {
  let pixels = 0;
  for (const { runs } of tiles) {
    for (let i = 0; i + 1 < runs.length; i += 2) if (runs[i] !== 0) pixels += runs[i + 1] ?? 0;
  }
  return pixels;
}

function key({ tileX, tileY }: MaskTile): string {
  return `${tileX}:${tileY}`;
}
