import type { Box } from '#shared/geometry/box';
import { intersectBoxes } from '#shared/geometry/box';
import { traceTileContours } from '#shared/masks/tile-contours';
import { tileBox } from '#shared/masks/tile-diff';
import type { Contour } from '#shared/masks/tile-contours';
import type { MaskStore } from '../masks/mask-store';

/** Outlines of the mask tiles in view, traced when first needed and after a change. */
export class OutlineCache {
  private readonly tiles = new Map<string, { box: Box; contours: Contour[]; paths: Map<string, Path2D> }>();

  constructor(private readonly mask: MaskStore) {}

  /** An outline also depends on the pixels just beside its tile. */
  invalidate(box: Box): void {
    const touched = { x: box.x - 1, y: box.y - 1, width: box.width + 2, height: box.height + 2 };
    for (const [name, tile] of this.tiles) if (intersectBoxes(tile.box, touched)) this.tiles.delete(name);
  }

  /** Classes or decisions changed: other lines, same outlines. */
  restyle(): void {
    for (const tile of this.tiles.values()) tile.paths.clear();
  }

  /**
   * Traces the tiles that meet a part of the picture.
   * @param deadlineMs `performance.now()` after which the rest is left for the next frame
   * @returns whether all are traced
   */
  prepare(part: Box, deadlineMs: number): boolean {
    for (const { tileX, tileY } of this.mask.usedTiles()) {
      const name = `${tileX},${tileY}`;
      const box = tileBox(tileX, tileY);
      if (this.tiles.has(name) || !meets(box, part)) continue;
      if (performance.now() > deadlineMs) return false;
      const labels = this.mask.tileLabels(tileX, tileY);
      const contours = labels ? traceTileContours(tileX, tileY, labels, (x, y) => this.mask.labelAt(x, y)) : [];
      this.tiles.set(name, { box, contours, paths: new Map() });
    }
    return true;
  }

  /**
   * Lines of the prepared tiles in a part of the picture, in image pixels.
   * @param styleOf the style of a label's line; null = no line
   */
  forEachPath(part: Box, styleOf: (label: number) => string | null, draw: (style: string, path: Path2D) => void): void {
    for (const tile of this.tiles.values()) {
      if (!meets(tile.box, part)) continue;
      if (tile.paths.size === 0) addPaths(tile.contours, styleOf, tile.paths);
      for (const [style, path] of tile.paths) draw(style, path);
    }
  }

  /** The outline of one label in a part of the picture. */
  pathOfLabel(part: Box, label: number): Path2D {
    const path = new Path2D();
    for (const tile of this.tiles.values()) {
      if (!meets(tile.box, part)) continue;
      for (const contour of tile.contours) if (contour.label === label) addLine(path, contour.points);
    }
    return path;
  }
}

function addPaths(contours: readonly Contour[], styleOf: (label: number) => string | null, paths: Map<string, Path2D>): void {
  for (const { label, points } of contours) {
    const style = styleOf(label);
    if (style === null) continue;
    const path = paths.get(style) ?? new Path2D();
    paths.set(style, path);
    addLine(path, points);
  }
}

function addLine(path: Path2D, points: readonly number[]): void {
  path.moveTo(points[0] ?? 0, points[1] ?? 0);
  for (let i = 2; i < points.length; i += 2) path.lineTo(points[i] ?? 0, points[i + 1] ?? 0);
}

function meets(box: Box, part: Box): boolean {
  return box.x < part.x + part.width && part.x < box.x + box.width && box.y < part.y + part.height && part.y < box.y + box.height;
}
