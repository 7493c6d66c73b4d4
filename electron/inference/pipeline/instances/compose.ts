/** Instances that may overlap → one label mask in which every pixel belongs to the best of them. */
import type { LabelStats } from '#shared/masks/label-stats';
import { MASK_TILE_SIDE_PX as SIDE, MAX_LABEL, type MaskTile } from '#shared/masks/types';
import type { Detections, DetectOptions } from '../output-pass';
import type { FoundInstance } from './detected-part';
import { drawPart } from './draw-part';
import { LabelCanvas, statsOfTiles } from './label-canvas';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface ComposeOptions extends DetectOptions {
  readonly roiSide: number;
  /** pixels of an instance's mask at or above belong to it, 0…1 */
  readonly maskThreshold: number;
}

/**
 * The instances with a score at or above the threshold. Where masks overlap, the instance with the better score has the
 * pixels; one that is left with fewer than `minimumAreaPx` pixels, or with none, is dropped. An instance's label is its
 * place in the list, so that it stays the same at every threshold.
 * @param instances best first
 */
export function composeInstances(instances: readonly FoundInstance[], picture: Size, options: ComposeOptions): Detections {
  const { tiles, stats } = paint(instances, picture, options);
  return {
    instances: [...stats]
      .sort(([a], [b]) => a - b)
      .flatMap(([label, { areaPx, box }]) => {
        const found = instances[label - 1];
        return found ? [{ label, classCode: found.classCode, score: found.score, box, areaPx }] : [];
      }),
    tiles: () => tiles,
    binaryMask: (width, height) => {
      const mask = new Uint8Array(width * height);
      forEachRun(tiles, { width, height }, (_, from, to) => mask.fill(255, from, to));
      return mask;
    },
  };
}

/**
 * What `composeInstances` would show at any threshold, as a map to be thresholded: every pixel holds the score × 255 of
 * the best instance there, at least 1; 0 = none.
 * @returns picture.width × picture.height bytes, row-major
 */
export function scoreMap(instances: readonly FoundInstance[], picture: Size, options: Omit<ComposeOptions, 'threshold'>): Uint8Array {
  const map = new Uint8Array(picture.width * picture.height);
  const { tiles } = paint(instances, picture, { ...options, threshold: 0 });
  forEachRun(tiles, picture, (label, from, to) => map.fill(Math.max(1, Math.round((instances[label - 1]?.score ?? 0) * 255)), from, to));
  return map;
}

function paint(
  instances: readonly FoundInstance[],
  picture: Size,
  { threshold, minimumAreaPx, roiSide, maskThreshold }: ComposeOptions,
): { tiles: MaskTile[]; stats: Map<number, LabelStats> } {
  const canvas = new LabelCanvas(picture.width);
  instances.slice(0, MAX_LABEL).forEach(({ score, parts }, index) => {
    if (score < threshold) return;
    for (const part of parts) drawPart(part, roiSide, maskThreshold, picture, (y, x0, x1) => canvas.claim(y, x0, x1, index + 1));
  });
  const tiles = canvas.maskTiles();
  const stats = statsOfTiles(tiles);
  const small = new Set([...stats].filter(([, { areaPx }]) => areaPx < minimumAreaPx).map(([label]) => label));
  if (small.size === 0) return { tiles, stats };
  canvas.remove(small);
  for (const label of small) stats.delete(label);
  return { tiles: canvas.maskTiles(), stats };
}

/** Every labelled run of some tiles, row by row of each tile, as positions in a picture of the given size. */
function forEachRun(tiles: readonly MaskTile[], { width, height }: Size, visit: (label: number, from: number, to: number) => void): void {
  for (const { tileX, tileY, runs } of tiles) {
    let at = 0;
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const label = runs[i] ?? 0;
      const end = at + (runs[i + 1] ?? 0);
      while (at < end) {
        const stop = Math.min(end, (Math.floor(at / SIDE) + 1) * SIDE);
        const y = tileY * SIDE + Math.floor(at / SIDE);
        const x = tileX * SIDE + (at % SIDE);
        if (label !== 0 && y < height && x < width) visit(label, y * width + x, y * width + Math.min(width, x + stop - at));
        at = stop;
      }
    }
  }
}
