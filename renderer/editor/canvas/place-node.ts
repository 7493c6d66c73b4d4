import type Konva from 'konva';
import type { View } from './view-transform';

/**
 * Puts a tile's picture where it belongs on the screen, on whole device pixels, so that neighbours meet without a seam.
 * @param tile in image pixels
 */
export function placeNode(
  node: Konva.Image,
  tile: { x: number; y: number; width: number; height: number },
  view: View,
  pixelRatio: number,
): void {
  const snap = (value: number): number => Math.round(value * pixelRatio) / pixelRatio;
  const x = snap(view.x + tile.x * view.zoom);
  const y = snap(view.y + tile.y * view.zoom);
  const right = snap(view.x + (tile.x + tile.width) * view.zoom);
  const bottom = snap(view.y + (tile.y + tile.height) * view.zoom);
  node.position({ x, y });
  node.size({ width: Math.max(right - x, 1 / pixelRatio), height: Math.max(bottom - y, 1 / pixelRatio) });
}
