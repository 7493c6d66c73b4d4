import sharp from 'sharp';
import { decodeGreyPng } from '#imaging';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import { compatBinaryMask, countOverlap, resizeBilinear, STRICT_FOREGROUND, type OverlapCounts } from '#shared/masks/metrics';

export type Metric = 'compat' | 'strict';

/** Default of the library that the published procedure writes its masks with. */
const COMPAT_JPEG_QUALITY = 95;
const COMPAT_FOREGROUND = 255;

interface GreyPicture {
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Scores a finished mask file as it is.
 * @throws masks-mismatch when the sizes differ, image-*
 */
export async function scoreMaskFile(maskPath: string, labelPath: string, metric: Metric): Promise<OverlapCounts> {
  const [mask, label] = await Promise.all([decodeGreyPng(maskPath), decodeGreyPng(labelPath)]);
  assertSameSize(mask, label, labelPath);
  return countOverlap(mask.data, label.data, metric === 'compat' ? COMPAT_FOREGROUND : STRICT_FOREGROUND);
}

/**
 * The published procedure on a stored probability map.
 * @param map 8-bit grey PNG that covers `box` of a picture of `width` × `height`
 * @throws image-* of the label
 */
export async function scoreProbabilityMap(
  mapPath: string,
  box: Box,
  width: number,
  height: number,
  labelPath: string,
): Promise<OverlapCounts> {
  const [map, label] = await Promise.all([decodeGreyPng(mapPath), decodeGreyPng(labelPath)]);
  const whole = placeMap(map, box, width, height);
  const mask = compatBinaryMask(resizeBilinear(whole, width, height, label.width, label.height));
  return countOverlap(await throughJpeg(mask, label.width, label.height), label.data, COMPAT_FOREGROUND);
}

/** The map as probabilities 0…1 of the whole picture, 0 outside its box. */
function placeMap(map: GreyPicture, box: Box, width: number, height: number): Float32Array {
  const whole = new Float32Array(width * height);
  for (let y = 0; y < map.height; y++) {
    const to = (box.y + y) * width + box.x;
    for (let x = 0; x < map.width; x++) whole[to + x] = (map.data[y * map.width + x] ?? 0) / 255;
  }
  return whole;
}

/** Writes a grey JPEG in memory and reads it again, as the published evaluation sees its masks. */
export async function throughJpeg(mask: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const file = await sharp(mask, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: COMPAT_JPEG_QUALITY })
    .toBuffer();
  return sharp(file).toColourspace('b-w').raw().toBuffer();
}

function assertSameSize(mask: GreyPicture, label: GreyPicture, labelPath: string): void {
  if (mask.width === label.width && mask.height === label.height) return;
  const sizes = `the mask is ${mask.width} × ${mask.height} px, the label ${label.width} × ${label.height} px`;
  throw new RailscopeError('masks-mismatch', sizes, { path: labelPath });
}
