import { addStats, statsOfTileRuns, type LabelStats } from '#shared/masks/label-stats';
import { encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import { MASK_TILE_SIDE_PX as SIDE, type MaskTile } from '#shared/masks/types';

/** A label mask to paint on in any order. Memory grows with the tiles that are touched, not with the picture. */
export class LabelCanvas {
  private readonly tiles = new Map<number, { tileX: number; tileY: number; labels: Uint16Array }>();

  /** @param width of the picture */
  constructor(private readonly width: number) {}

  /** Gives the pixels x0 … x1 − 1 of row y to `label` where nobody has them yet. */
  claim(y: number, x0: number, x1: number, label: number): void {
    for (let x = x0; x < x1;) {
      const tileX = Math.floor(x / SIDE);
      const stop = Math.min(x1, (tileX + 1) * SIDE);
      const labels = this.labelsAt(tileX, Math.floor(y / SIDE));
      const from = (y % SIDE) * SIDE - tileX * SIDE;
      for (let at = from + x; at < from + stop; at++) if (labels[at] === 0) labels[at] = label;
      x = stop;
    }
  }

  /** Makes the labels background again. */
  remove(removed: ReadonlySet<number>): void {
    for (const { labels } of this.tiles.values()) {
      for (let at = 0; at < TILE_AREA_PX; at++) if (removed.has(labels[at] as number)) labels[at] = 0;
    }
  }

  /** Tiles that hold a label, row by row, left to right. */
  maskTiles(): MaskTile[] {
    return [...this.tiles.values()]
      .sort((a, b) => a.tileY - b.tileY || a.tileX - b.tileX)
      .map(({ tileX, tileY, labels }) => ({ tileX, tileY, runs: encodeTileRuns(labels) }))
      .filter(({ runs }) => runs.length > 0);
  }

  private labelsAt(tileX: number, tileY: number): Uint16Array {
    const key = tileY * Math.ceil(this.width / SIDE) + tileX;
    const known = this.tiles.get(key);
    if (known) return known.labels;
    const labels = new Uint16Array(TILE_AREA_PX);
    this.tiles.set(key, { tileX, tileY, labels });
    return labels;
  }
}

/** Area and tight box by label. */
export function statsOfTiles(tiles: readonly MaskTile[]): Map<number, LabelStats> {
  const stats = new Map<number, LabelStats>();
  for (const { tileX, tileY, runs } of tiles) {
    for (const [label, part] of statsOfTileRuns(tileX, tileY, runs)) addStats(stats, label, part);
  }
  return stats;
}
