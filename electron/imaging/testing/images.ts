import type { DecodedImage } from '../types';

/** A decoded picture for tests of pixel work. */
export function imageOf(data: Uint8Array | Uint16Array, width: number, height: number): DecodedImage {
  const channels = data.length === width * height ? 1 : 3;
  const bitDepth = data instanceof Uint16Array ? 16 : 8;
  return { header: { format: 'png', width, height, channels, bitDepth }, data, width, height, channels, bitDepth };
}
