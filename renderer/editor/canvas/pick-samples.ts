import { DISPLAY_TILE_SIDE_PX, imageTileUrl } from '#shared/resource-url';
import { coarsestLevel } from './tile-plan';
import type { TileSource } from './tile-source';
import type { Size } from './view-transform';

/** The sample values at an image pixel, from the finest tile that is here; [] = none is. */
export function samplesAt(tiles: TileSource, imageId: number, picture: Size, x: number, y: number): number[] {
  for (let level = 0; level <= coarsestLevel(picture); level++) {
    const levelX = x >> level;
    const levelY = y >> level;
    const tileX = Math.floor(levelX / DISPLAY_TILE_SIDE_PX);
    const tileY = Math.floor(levelY / DISPLAY_TILE_SIDE_PX);
    const tile = tiles.peek(imageTileUrl(imageId, level, tileX, tileY));
    if (!tile) continue;
    const column = Math.min(tile.width - 1, levelX - tileX * DISPLAY_TILE_SIDE_PX);
    const row = Math.min(tile.height - 1, levelY - tileY * DISPLAY_TILE_SIDE_PX);
    const at = (row * tile.width + column) * tile.channels;
    return Array.from(tile.samples.subarray(at, at + tile.channels));
  }
  return [];
}
