import type { DecodedImage } from '#imaging';

export interface SyntheticOptions {
  channels?: 1 | 3;
  bitDepth?: 8 | 16;
  /** brightness 0…1 */
  pixel: (x: number, y: number, channel: number) => number;
}

/** A picture in memory, painted by a function. */
export function syntheticImage(width: number, height: number, { channels = 1, bitDepth = 8, pixel }: SyntheticOptions): DecodedImage {
  const length = width * height * channels;
  const data = bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  const maximum = bitDepth === 16 ? 65_535 : 255;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) data[at++] = Math.round(pixel(x, y, channel) * maximum);
    }
  }
  return { header: { format: 'png', width, height, channels, bitDepth }, data, width, height, channels, bitDepth };
}
