/** PNG files of masks, probability maps and overlays. */
import { unsupportedSamples } from './damage';
import { decodeImage } from './decode';
import { sharp } from './sharp-setup';

/**
 * @param data `width * height` samples, row-major
 * @param options.compressionLevel 0…9; 1 (fast) unless told
 */
export async function encodeGreyPng(
  data: Uint8Array,
  width: number,
  height: number,
  options: { compressionLevel?: number } = {},
): Promise<Buffer> {
  return encodePng(data, width, height, 1, 'b-w', options.compressionLevel ?? 1);
}

/** @param data `width * height * 4` samples, row-major: red, green, blue, alpha (not premultiplied) */
export async function encodeRgbaPng(data: Uint8Array, width: number, height: number): Promise<Buffer> {
  return encodePng(data, width, height, 4, 'srgb', 1);
}

/**
 * Reads a picture as 8-bit grey (colour becomes luma).
 * @returns `width * height` samples, row-major
 * @throws as `decodeImage`; image-unsupported for 16 bit
 */
export async function decodeGreyPng(path: string): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, width, height } = await decodeImage(path, { colour: 'grey' });
  if (!(data instanceof Uint8Array)) throw unsupportedSamples(path, '16-bit samples');
  return { data, width, height };
}

async function encodePng(
  data: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 4,
  space: string,
  compressionLevel: number,
): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(space)
    .png({ compressionLevel, adaptiveFiltering: false, palette: false })
    .toBuffer();
}
