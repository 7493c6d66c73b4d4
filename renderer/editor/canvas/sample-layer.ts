import Konva from 'konva';
import { DISPLAY_TILE_SIDE_PX } from '#shared/resource-url';
import { placeNode } from './place-node';
import { coarsestLevel, levelForZoom, tilesOfPart } from './tile-plan';
import type { TilePlace } from './tile-plan';
import type { RawSamples, TileSource } from './tile-source';
import { visiblePart } from './view-transform';
import type { Size, View } from './view-transform';

/** A picture made of fetched tiles. */
export interface SamplePicture extends Size {
  /** the beginning of all its tile addresses */
  urlPrefix: string;
  urlOf(place: TilePlace): string;
}

/** Time for making tiles visible in one frame; the rest comes in the next ones. */
const PAINT_MS = 10;

interface ShownTile {
  place: TilePlace;
  node: Konva.Image;
  canvas: HTMLCanvasElement;
  /** which mapping its pixels were made with */
  mapping: number;
  size: Size;
}

/**
 * Shows a tiled picture at the pyramid level that fits the zoom. The coarsest level lies below everything, and tiles of
 * another level stay until their replacement has come, so that the canvas is never blank.
 */
export class SampleLayer {
  readonly group = new Konva.Group({ listening: false });
  private picture: SamplePicture | null = null;
  private readonly shown = new Map<string, ShownTile>();
  private readonly levels = new Map<number, Konva.Group>();
  private mapping = 0;

  constructor(
    private readonly tiles: TileSource,
    private readonly map: (tile: RawSamples, out: Uint32Array) => void,
    private readonly tileArrived: () => void,
  ) {}

  setPicture(picture: SamplePicture | null): void {
    if (picture?.urlPrefix === this.picture?.urlPrefix) return;
    this.stopFetching();
    this.clear();
    this.picture = picture;
  }

  /** The mapping from samples to colours is another one now. */
  remap(): void {
    this.mapping++;
  }

  /** Drops all tiles, to be fetched again. */
  clear(): void {
    for (const url of [...this.shown.keys()]) this.drop(url);
  }

  /** @returns whether every tile that is here is on screen; else another frame is needed */
  update(view: View, canvas: Size, pixelRatio: number): boolean {
    const { picture } = this;
    if (!picture) return true;
    const coarsest = coarsestLevel(picture);
    const level = levelForZoom(view.zoom * pixelRatio, coarsest);
    const part = visiblePart(view, picture, canvas);
    const base = tilesOfPart({ x: 0, y: 0, width: picture.width, height: picture.height }, picture, coarsest, DISPLAY_TILE_SIDE_PX);
    const visible = tilesOfPart(part, picture, level, DISPLAY_TILE_SIDE_PX);
    const wanted = new Map([...base, ...visible].map((place) => [picture.urlOf(place), place]));
    this.tiles.want([...wanted.keys()], (url) => url.startsWith(picture.urlPrefix), this.tileArrived);

    const deadlineMs = performance.now() + PAINT_MS;
    let complete = true;
    let late = false;
    for (const [url, place] of wanted) {
      const isLate = performance.now() > deadlineMs && this.isPaintable(url);
      late ||= isLate;
      complete = !isLate && this.show(url, place) && complete;
    }
    for (const [url, tile] of this.shown) {
      if (wanted.has(url)) continue;
      const stays = !complete && tile.place.level !== level;
      if (!stays) this.drop(url);
    }
    for (const tile of this.shown.values()) placeNode(tile.node, coveredBox(tile), view, pixelRatio);
    return !late;
  }

  destroy(): void {
    this.stopFetching();
    this.group.destroy();
  }

  private stopFetching(): void {
    const prefix = this.picture?.urlPrefix;
    if (prefix !== undefined) this.tiles.want([], (url) => url.startsWith(prefix), this.tileArrived);
  }

  private isPaintable(url: string): boolean {
    return this.shown.get(url)?.mapping !== this.mapping && this.tiles.peek(url) !== null;
  }

  /** @returns whether the tile is on screen with the present mapping */
  private show(url: string, place: TilePlace): boolean {
    const known = this.shown.get(url);
    if (known?.mapping === this.mapping) return true;
    const samples = this.tiles.peek(url);
    if (!samples) return false;
    const tile = known ?? this.add(url, place, samples);
    tile.mapping = this.mapping;
    this.paint(tile.canvas, samples);
    return true;
  }

  private add(url: string, place: TilePlace, size: Size): ShownTile {
    const canvas = document.createElement('canvas');
    canvas.width = size.width;
    canvas.height = size.height;
    const node = new Konva.Image({ image: canvas, listening: false, perfectDrawEnabled: false });
    this.groupOf(place.level).add(node);
    const tile = { place, node, canvas, mapping: -1, size: { width: size.width, height: size.height } };
    this.shown.set(url, tile);
    return tile;
  }

  private paint(canvas: HTMLCanvasElement, samples: RawSamples): void {
    const context = canvas.getContext('2d');
    if (!context) return;
    const image = context.createImageData(samples.width, samples.height);
    this.map(samples, new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
  }

  private drop(url: string): void {
    this.shown.get(url)?.node.destroy();
    this.shown.delete(url);
  }

  /** Finer levels lie above coarser ones. */
  private groupOf(level: number): Konva.Group {
    const known = this.levels.get(level);
    if (known) return known;
    const group = new Konva.Group({ listening: false });
    this.levels.set(level, group);
    this.group.add(group);
    for (const [, other] of [...this.levels].sort(([a], [b]) => b - a)) other.moveToTop();
    return group;
  }
}

function coveredBox({ place, size }: ShownTile): { x: number; y: number; width: number; height: number } {
  const scale = 2 ** place.level;
  const step = DISPLAY_TILE_SIDE_PX * scale;
  return { x: place.tileX * step, y: place.tileY * step, width: size.width * scale, height: size.height * scale };
}
