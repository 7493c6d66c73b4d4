/**
 * Addresses under the application's own scheme. Pixels reach the window through these, never through IPC.
 *
 * - `/image/<id>/<level>/<tileX>/<tileY>` → raw samples of one 512×512 display tile (smaller at the edges), row-major,
 *   1 or 3 interleaved channels, 8 bit or 16 bit little endian; headers `x-width`, `x-height`, `x-channels`, `x-bit-depth`.
 *   Level n is the picture shrunk by 2^n (box mean).
 * - `/probability/<id>/<level>/<tileX>/<tileY>` → the same for the 8-bit probability map (0…255 = 0…1), zero outside its box.
 * - `/thumbnail/<id>` → JPEG, longest side 160 px, dark pictures stretched for display.
 * - `/crop/<id>?x&y&w&h&max&stretch=auto|none` → JPEG of that part of the picture, longest side at most `max`.
 * - `/overlay/<id>/<label>?x&y&w&h&max&layer=review|model` → PNG with alpha: the defect's pixels in its class colour, same geometry as the crop.
 *   `label` 0 = all defects of the layer that are not rejected.
 */
import type { Box } from './geometry/box';

export const resourceScheme = 'railscope';
export const resourceOrigin = `${resourceScheme}://app`;
export const DISPLAY_TILE_SIDE_PX = 512;

export function imageTileUrl(imageId: number, level: number, tileX: number, tileY: number): string {
  return `${resourceOrigin}/image/${imageId}/${level}/${tileX}/${tileY}`;
}

export function probabilityTileUrl(imageId: number, level: number, tileX: number, tileY: number): string {
  return `${resourceOrigin}/probability/${imageId}/${level}/${tileX}/${tileY}`;
}

export function thumbnailUrl(imageId: number): string {
  return `${resourceOrigin}/thumbnail/${imageId}`;
}

export function cropUrl(imageId: number, box: Box, maxSidePx: number, stretch: 'auto' | 'none' = 'auto'): string {
  return `${resourceOrigin}/crop/${imageId}?${boxQuery(box, maxSidePx)}&stretch=${stretch}`;
}

export function overlayUrl(imageId: number, label: number, box: Box, maxSidePx: number, layer: 'review' | 'model' = 'review'): string {
  return `${resourceOrigin}/overlay/${imageId}/${label}?${boxQuery(box, maxSidePx)}&layer=${layer}`;
}

function boxQuery(box: Box, maxSidePx: number): string {
  return `x=${box.x}&y=${box.y}&w=${box.width}&h=${box.height}&max=${maxSidePx}`;
}
