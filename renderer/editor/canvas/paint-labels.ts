import { MASK_TILE_SIDE_PX } from '#shared/masks/types';
import type { TilePlace } from './tile-plan';

/** Labels of a 256×256 mask tile; undefined = background. */
export type LabelTiles = (tileX: number, tileY: number) => Uint16Array | undefined;

/** A part of an overlay tile, in its own pixels, half open. */
export interface TilePart {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const side = MASK_TILE_SIDE_PX;

/**
 * Colours the labels of an overlay tile. At level n every 2^n-th pixel of the mask is looked at.
 * @param out 256×256 RGBA pixels (little endian ABGR), row-major; only `part` is written
 * @param colourOf colour by label; 0 = transparent
 */
export function paintLabels(place: TilePlace, part: TilePart, labels: LabelTiles, colourOf: Uint32Array, out: Uint32Array): void {
  forEachMaskTile(place, part, (tileX, tileY, x0, x1, y, row) => {
    const tile = labels(tileX, tileY);
    const line = y * side;
    if (!tile) out.fill(0, line + x0, line + x1);
    else for (let x = x0; x < x1; x++) out[line + x] = colourOf[tile[row + columnOf(place, x)] ?? 0] ?? 0;
  });
}

export interface DifferenceColours {
  both: number;
  onlyModel: number;
  onlyHuman: number;
}

/**
 * Colours where two masks agree and where only one has a defect.
 * @param counts per label of the human mask: 1 = counts as a defect (0 for rejected ones)
 */
export function paintDifference(
  place: TilePlace,
  part: TilePart,
  human: LabelTiles,
  model: LabelTiles,
  counts: Uint8Array,
  colours: DifferenceColours,
  out: Uint32Array,
): void {
  forEachMaskTile(place, part, (tileX, tileY, x0, x1, y, row) => {
    const humanTile = human(tileX, tileY);
    const modelTile = model(tileX, tileY);
    const line = y * side;
    for (let x = x0; x < x1; x++) {
      const at = row + columnOf(place, x);
      const isHuman = humanTile !== undefined && counts[humanTile[at] ?? 0] === 1;
      const isModel = modelTile !== undefined && modelTile[at] !== 0;
      out[line + x] = isHuman ? (isModel ? colours.both : colours.onlyHuman) : isModel ? colours.onlyModel : 0;
    }
  });
}

/** Visits each row of `part`, cut where it passes from one mask tile to the next; `row` is the row's start in that tile. */
function forEachMaskTile(
  place: TilePlace,
  part: TilePart,
  visit: (tileX: number, tileY: number, x0: number, x1: number, y: number, row: number) => void,
): void {
  const step = 2 ** place.level;
  const perTile = Math.max(1, side / step);
  for (let y = part.y0; y < part.y1; y++) {
    const imageY = (place.tileY * side + y) * step + (step >> 1);
    const tileY = Math.floor(imageY / side);
    const row = (imageY % side) * side;
    for (let x = part.x0; x < part.x1;) {
      const imageX = (place.tileX * side + x) * step + (step >> 1);
      const end = Math.min(part.x1, (Math.floor(x / perTile) + 1) * perTile);
      visit(Math.floor(imageX / side), tileY, x, end, y, row);
      x = end;
    }
  }
}

function columnOf(place: TilePlace, x: number): number {
  const step = 2 ** place.level;
  return ((place.tileX * side + x) * step + (step >> 1)) % side;
}
