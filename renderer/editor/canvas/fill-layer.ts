import Konva from 'konva';
import type { Box } from '#shared/geometry/box';
import { MASK_TILE_SIDE_PX } from '#shared/masks/types';
import type { TilePart } from './paint-labels';
import { placeNode } from './place-node';
import { levelForZoom, tilesOfPart } from './tile-plan';
import type { TilePlace } from './tile-plan';
import { visiblePart } from './view-transform';
import type { Size, View } from './view-transform';

/** Paints a part of an overlay tile into 256×256 pixels; the tile covers 256·2^level image pixels. */
export type PaintTile = (place: TilePlace, part: TilePart, out: Uint32Array) => void;

interface ShownTile {
  place: TilePlace;
  node: Konva.Image;
  context: CanvasRenderingContext2D;
  pixels: ImageData;
}

const side = MASK_TILE_SIDE_PX;
const COARSEST = 8;
const whole: TilePart = { x0: 0, y0: 0, x1: side, y1: side };

/** The filled masks: one canvas per 256×256 tile in view, of which only the changed part is painted again. */
export class FillLayer {
  readonly group = new Konva.Group({ listening: false });
  private readonly shown = new Map<string, ShownTile>();
  private dirty: Box[] = [];

  constructor(
    private readonly paint: PaintTile,
    private readonly picture: { width: number; height: number },
  ) {}

  /** @param box in image pixels */
  invalidate(box: Box): void {
    this.dirty.push(box);
  }

  invalidateAll(): void {
    this.dirty.push({ x: 0, y: 0, ...this.picture });
  }

  update(view: View, canvas: Size, pixelRatio: number): void {
    const level = levelForZoom(view.zoom * pixelRatio, COARSEST);
    const part = visiblePart(view, this.picture, canvas);
    const wanted = new Map(tilesOfPart(part, this.picture, level, side).map((place) => [nameOf(place), place]));
    for (const [name, tile] of this.shown) {
      if (wanted.has(name)) this.repaint(tile);
      else this.drop(name);
    }
    for (const [name, place] of wanted) if (!this.shown.has(name)) this.add(name, place);
    this.dirty = [];
    for (const { node, place } of this.shown.values()) {
      const covered = side * 2 ** place.level;
      placeNode(node, { x: place.tileX * covered, y: place.tileY * covered, width: covered, height: covered }, view, pixelRatio);
    }
  }

  private add(name: string, place: TilePlace): void {
    const canvas = document.createElement('canvas');
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext('2d');
    if (!context) return;
    const node = new Konva.Image({ image: canvas, listening: false, perfectDrawEnabled: false });
    this.group.add(node);
    const tile = { place, node, context, pixels: context.createImageData(side, side) };
    this.shown.set(name, tile);
    this.paintPart(tile, whole);
  }

  private repaint(tile: ShownTile): void {
    for (const box of this.dirty) {
      const part = partOf(box, tile.place);
      if (part) this.paintPart(tile, part);
    }
  }

  private paintPart(tile: ShownTile, part: TilePart): void {
    this.paint(tile.place, part, new Uint32Array(tile.pixels.data.buffer));
    tile.context.putImageData(tile.pixels, 0, 0, part.x0, part.y0, part.x1 - part.x0, part.y1 - part.y0);
  }

  private drop(name: string): void {
    this.shown.get(name)?.node.destroy();
    this.shown.delete(name);
  }
}

function nameOf({ level, tileX, tileY }: TilePlace): string {
  return `${level}/${tileX}/${tileY}`;
}

/** The part of an overlay tile that a box of the image touches. */
function partOf(box: Box, place: TilePlace): TilePart | null {
  const scale = 2 ** place.level;
  const x0 = Math.max(0, Math.floor(box.x / scale) - place.tileX * side);
  const y0 = Math.max(0, Math.floor(box.y / scale) - place.tileY * side);
  const x1 = Math.min(side, Math.ceil((box.x + box.width) / scale) - place.tileX * side);
  const y1 = Math.min(side, Math.ceil((box.y + box.height) / scale) - place.tileY * side);
  return x1 > x0 && y1 > y0 ? { x0, y0, x1, y1 } : null;
}
