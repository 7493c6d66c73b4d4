/** A label map of a part of a picture as stored tiles, and back. */
import { boxBottom, boxRight, intersectBoxes, type Box } from '../geometry/box';
import { decodeTileRuns, encodeTileRuns, TILE_AREA_PX } from './tile-runs';
import { MASK_TILE_SIDE_PX as SIDE, type MaskTile } from './types';

/** Horizontal runs that carry a label, row by row, in picture pixels. Runs with label 0 are background. */
export interface LabelRuns {
  readonly runCount: number;
  row(run: number): number;
  start(run: number): number;
  end(run: number): number;
  label(run: number): number;
}

/**
 * Only tiles that hold a label, row by row, left to right. One row of tiles is in memory at a time.
 * @param runs rows ascending; inside the picture
 */
export function tilesOfRuns(runs: LabelRuns): MaskTile[] {
  const tiles: MaskTile[] = [];
  const painter = new TileRowPainter();
  let tileY = 0;
  for (let run = 0; run < runs.runCount; run++) {
    const label = runs.label(run);
    if (label === 0) continue;
    const row = runs.row(run);
    if (Math.floor(row / SIDE) !== tileY) {
      painter.flush(tileY, tiles);
      tileY = Math.floor(row / SIDE);
    }
    painter.paint(row % SIDE, runs.start(run), runs.end(run), label);
  }
  painter.flush(tileY, tiles);
  return tiles;
}

/**
 * @param labels box.width × box.height labels, row-major
 * @param box where they lie in the picture
 * @returns the tiles that hold a label; outside the box they are background
 */
export function tilesOfLabelMap(labels: Uint16Array, box: Box): MaskTile[] {
  const tiles: MaskTile[] = [];
  const pixels = new Uint16Array(TILE_AREA_PX);
  for (let tileY = Math.floor(box.y / SIDE); tileY * SIDE < boxBottom(box); tileY++) {
    for (let tileX = Math.floor(box.x / SIDE); tileX * SIDE < boxRight(box); tileX++) {
      const part = intersectBoxes(box, tileBox(tileX, tileY));
      if (!part) continue;
      pixels.fill(0);
      for (let y = part.y; y < boxBottom(part); y++) {
        const from = (y - box.y) * box.width + part.x - box.x;
        pixels.set(labels.subarray(from, from + part.width), (y - tileY * SIDE) * SIDE + part.x - tileX * SIDE);
      }
      const runs = encodeTileRuns(pixels);
      if (runs.length > 0) tiles.push({ tileX, tileY, runs });
    }
  }
  return tiles;
}

/**
 * @param box the part wanted, in picture pixels
 * @returns box.width × box.height labels, row-major; background where no tile is given
 * @throws bad-request when a tile's runs are invalid
 */
export function labelMapOfTiles(tiles: readonly MaskTile[], box: Box): Uint16Array {
  const labels = new Uint16Array(box.width * box.height);
  const pixels = new Uint16Array(TILE_AREA_PX);
  for (const { tileX, tileY, runs } of tiles) {
    const part = intersectBoxes(box, tileBox(tileX, tileY));
    if (!part) continue;
    decodeTileRuns(runs, pixels);
    for (let y = part.y; y < boxBottom(part); y++) {
      const from = (y - tileY * SIDE) * SIDE + part.x - tileX * SIDE;
      labels.set(pixels.subarray(from, from + part.width), (y - box.y) * box.width + part.x - box.x);
    }
  }
  return labels;
}

function tileBox(tileX: number, tileY: number): Box {
  return { x: tileX * SIDE, y: tileY * SIDE, width: SIDE, height: SIDE };
}

/** Paints one row of tiles; its buffers are reused for the next row. */
class TileRowPainter {
  private readonly spare: Uint16Array[] = [];
  private readonly open = new Map<number, Uint16Array>();

  paint(rowInTile: number, start: number, end: number, label: number): void {
    for (let x = start; x < end;) {
      const tileX = Math.floor(x / SIDE);
      const stop = Math.min(end, (tileX + 1) * SIDE);
      const from = rowInTile * SIDE - tileX * SIDE;
      this.pixels(tileX).fill(label, from + x, from + stop);
      x = stop;
    }
  }

  flush(tileY: number, tiles: MaskTile[]): void {
    for (const [tileX, pixels] of [...this.open].sort((a, b) => a[0] - b[0])) {
      tiles.push({ tileX, tileY, runs: encodeTileRuns(pixels) });
      this.spare.push(pixels);
    }
    this.open.clear();
  }

  private pixels(tileX: number): Uint16Array {
    const known = this.open.get(tileX);
    if (known) return known;
    const pixels = this.spare.pop()?.fill(0) ?? new Uint16Array(TILE_AREA_PX);
    this.open.set(tileX, pixels);
    return pixels;
  }
}
