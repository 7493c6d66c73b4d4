/** Defects as a picture with alpha, to be laid over a crop of the same geometry. */
import { cropGeometry, encodeRgbaPng } from '#imaging';
import { defectClass } from '#shared/domain/defect-classes';
import type { Defect } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import type { Box } from '#shared/geometry/box';
import { labelMapOfTiles } from '#shared/masks/label-tiles';
import { MASK_TILE_SIDE_PX, type MaskTile } from '#shared/masks/types';

const FILL_ALPHA = 115;
const OUTLINE_ALPHA = 255;

export interface OverlayRequest {
  header: ImageHeader;
  box: Box;
  maxSidePx: number;
  /** 0 = all defects that are not rejected */
  label: number;
  defects: readonly Defect[];
  /** those of the tiles in `tilesUnder(box)` that hold anything */
  tiles: readonly MaskTile[];
}

/** The mask tiles that a box touches, both ends included. */
export function tilesUnder(box: Box): { fromX: number; toX: number; fromY: number; toY: number } {
  const tileOf = (px: number): number => Math.floor(px / MASK_TILE_SIDE_PX);
  return { fromX: tileOf(box.x), toX: tileOf(box.x + box.width - 1), fromY: tileOf(box.y), toY: tileOf(box.y + box.height - 1) };
}

/** @returns PNG, RGBA @throws bad-request where the box lies outside the picture */
export async function drawOverlay(request: OverlayRequest): Promise<Uint8Array> {
  const { box, width, height } = cropGeometry(request.header.width, request.header.height, request.box, request.maxSidePx);
  const shown = request.defects.filter((defect) => (request.label === 0 ? defect.decision !== 'rejected' : defect.label === request.label));
  const labels = labelsIn(box, request.tiles, new Set(shown.map((defect) => defect.label)));
  const small = shrinkLabels(labels, box.width, box.height, width, height);
  const colours = new Map(shown.map((defect) => [defect.label, parseColour(defectClass(defect.classCode).colour)]));
  return encodeRgbaPng(paint(small, width, height, colours), width, height);
}

/** The labels of the box's pixels, row-major; labels that are not shown count as background. */
function labelsIn(box: Box, tiles: readonly MaskTile[], shown: ReadonlySet<number>): Uint16Array {
  const labels = labelMapOfTiles(tiles, box);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    if (label !== 0 && !shown.has(label)) labels[i] = 0;
  }
  return labels;
}

/** A pixel of the result carries a label when any pixel under it does, so that thin cracks stay visible. */
function shrinkLabels(labels: Uint16Array, fromWidth: number, fromHeight: number, width: number, height: number): Uint16Array {
  if (fromWidth === width && fromHeight === height) return labels;
  const small = new Uint16Array(width * height);
  for (let y = 0; y < fromHeight; y++) {
    const row = Math.floor((y * height) / fromHeight) * width;
    for (let x = 0; x < fromWidth; x++) {
      const label = labels[y * fromWidth + x] ?? 0;
      if (label !== 0) small[row + Math.floor((x * width) / fromWidth)] = label;
    }
  }
  return small;
}

/** Fill half transparent; the outline, one pixel of the result wide however much it is shrunk, opaque. */
function paint(
  labels: Uint16Array,
  width: number,
  height: number,
  colours: ReadonlyMap<number, readonly [number, number, number]>,
): Uint8Array {
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at] ?? 0;
    const colour = colours.get(label);
    if (!colour) continue;
    const x = at % width;
    const same =
      x > 0 &&
      x < width - 1 &&
      labels[at - 1] === label &&
      labels[at + 1] === label &&
      labels[at - width] === label &&
      labels[at + width] === label;
    rgba.set(colour, at * 4);
    rgba[at * 4 + 3] = same ? FILL_ALPHA : OUTLINE_ALPHA;
  }
  return rgba;
}

/** @param hex '#RRGGBB' */
function parseColour(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
