import type { DecodedImage } from './types';

// Rec. 601 in 16-bit fixed point; the weights sum to 65,536, so that grey-valued RGB keeps its value exactly.
const RED = 19_595;
const GREEN = 38_470;
const BLUE = 7_471;
const HALF = 32_768;

/** One channel of Rec. 601 luma; a grey picture is returned as it is. */
export function toGrey(image: DecodedImage): DecodedImage {
  if (image.channels === 1) return image;
  const from = image.data;
  const count = image.width * image.height;
  const data = image.bitDepth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    data[i] = ((from[at] ?? 0) * RED + (from[at + 1] ?? 0) * GREEN + (from[at + 2] ?? 0) * BLUE + HALF) >>> 16;
  }
  return { ...image, data, channels: 1 };
}
