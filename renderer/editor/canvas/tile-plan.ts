import type { Box } from '#shared/geometry/box';
import { DISPLAY_TILE_SIDE_PX } from '#shared/resource-url';
import type { Size } from './view-transform';

export interface TilePlace {
  level: number;
  tileX: number;
  tileY: number;
}

/** The first pyramid level that holds the whole picture in one tile. */
export function coarsestLevel(picture: Size): number {
  let level = 0;
  while (levelSide(picture.width, level) > DISPLAY_TILE_SIDE_PX || levelSide(picture.height, level) > DISPLAY_TILE_SIDE_PX) level++;
  return level;
}

/** The coarsest level that still has a sample for every device pixel. */
export function levelForZoom(deviceZoom: number, coarsest: number): number {
  return Math.min(coarsest, Math.max(0, Math.floor(Math.log2(1 / deviceZoom) + 1e-9)));
}

/**
 * Tiles of `sidePx` at a level that meet a part of the picture, those nearest to its middle first.
 * @param part in image pixels
 */
export function tilesOfPart(part: Box, picture: Size, level: number, sidePx: number): TilePlace[] {
  if (part.width <= 0 || part.height <= 0) return [];
  const covered = sidePx * 2 ** level;
  const lastX = Math.ceil(levelSide(picture.width, level) / sidePx) - 1;
  const lastY = Math.ceil(levelSide(picture.height, level) / sidePx) - 1;
  const tiles: TilePlace[] = [];
  for (let tileY = Math.floor(part.y / covered); tileY <= Math.min(lastY, Math.ceil((part.y + part.height) / covered) - 1); tileY++) {
    for (let tileX = Math.floor(part.x / covered); tileX <= Math.min(lastX, Math.ceil((part.x + part.width) / covered) - 1); tileX++) {
      tiles.push({ level, tileX, tileY });
    }
  }
  const middleX = (part.x + part.width / 2) / covered - 0.5;
  const middleY = (part.y + part.height / 2) / covered - 0.5;
  const distance = (tile: TilePlace): number => (tile.tileX - middleX) ** 2 + (tile.tileY - middleY) ** 2;
  return tiles.sort((a, b) => distance(a) - distance(b));
}

function levelSide(sizePx: number, level: number): number {
  return Math.ceil(sizePx / 2 ** level);
}
