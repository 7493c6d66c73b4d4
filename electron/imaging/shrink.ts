/** Halving a picture by box mean: the levels of the display pyramid. */
import type { DecodedImage } from './types';

type Samples = Uint8Array | Uint16Array;

/**
 * Half the size, each pixel the rounded mean of its 2×2 source pixels. An odd last column or row is averaged with
 * itself, so that the result measures ceil(width / 2) × ceil(height / 2).
 */
export function shrinkByTwo(image: DecodedImage): DecodedImage {
  const target = emptyHalf(image);
  shrinkRows(image, target, 0, target.height);
  return target;
}

/** A black picture of half the size, to be filled by `shrinkRows`. */
export function emptyHalf(image: DecodedImage): DecodedImage {
  const width = Math.ceil(image.width / 2);
  const height = Math.ceil(image.height / 2);
  const length = width * height * image.channels;
  return { ...image, width, height, data: image.bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length) };
}

/** Fills the rows [fromRow, toRow) of `target`, which is half of `source`. */
export function shrinkRows(source: DecodedImage, target: DecodedImage, fromRow: number, toRow: number): void {
  const sourceStride = source.width * source.channels;
  const targetStride = target.width * target.channels;
  for (let row = fromRow; row < toRow; row++) {
    const upper = row * 2 * sourceStride;
    const lower = row * 2 + 1 < source.height ? upper + sourceStride : upper;
    if (source.channels === 1) shrinkGreyRow(source.data, target.data, upper, lower, row * targetStride, source.width);
    else shrinkRgbRow(source.data, target.data, upper, lower, row * targetStride, source.width);
  }
}

function shrinkGreyRow(from: Samples, to: Samples, upper: number, lower: number, at: number, width: number): void {
  const pairs = width >> 1;
  for (let i = 0; i < pairs; i++, upper += 2, lower += 2) {
    to[at + i] = ((from[upper] ?? 0) + (from[upper + 1] ?? 0) + (from[lower] ?? 0) + (from[lower + 1] ?? 0) + 2) >> 2;
  }
  if (width & 1) to[at + pairs] = ((from[upper] ?? 0) + (from[lower] ?? 0) + 1) >> 1;
}

function shrinkRgbRow(from: Samples, to: Samples, upper: number, lower: number, at: number, width: number): void {
  const pairs = width >> 1;
  for (let i = 0; i < pairs; i++, upper += 6, lower += 6, at += 3) {
    to[at] = ((from[upper] ?? 0) + (from[upper + 3] ?? 0) + (from[lower] ?? 0) + (from[lower + 3] ?? 0) + 2) >> 2;
    to[at + 1] = ((from[upper + 1] ?? 0) + (from[upper + 4] ?? 0) + (from[lower + 1] ?? 0) + (from[lower + 4] ?? 0) + 2) >> 2;
    to[at + 2] = ((from[upper + 2] ?? 0) + (from[upper + 5] ?? 0) + (from[lower + 2] ?? 0) + (from[lower + 5] ?? 0) + 2) >> 2;
  }
  if (width & 1) for (let c = 0; c < 3; c++) to[at + c] = ((from[upper + c] ?? 0) + (from[lower + c] ?? 0) + 1) >> 1;
}
