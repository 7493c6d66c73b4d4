/** JPEG pictures for lists and reports. */
import type { Box } from '#shared/geometry/box';
import { cropGeometry, cutBox, halveTowards } from './crop';
import { greyLevelRange, stretchTo8Bit } from './levels';
import { sharp } from './sharp-setup';
import { maxSample, type DecodedImage, type StretchOptions } from './types';

const THUMBNAIL_QUALITY = 80;
const CROP_QUALITY = 88;
/** An 8-bit picture that uses less than this part of its range is stretched in lists. */
const DARK_FRACTION = 0.5;

/**
 * A small JPEG whose longer side is at most `sidePx`; dark and 16-bit pictures are stretched to the range they use.
 */
export async function encodeThumbnail(image: DecodedImage, sidePx = 160): Promise<Buffer> {
  const { box, width, height } = cropGeometry(image.width, image.height, { x: 0, y: 0, width: image.width, height: image.height }, sidePx);
  const small = halveTowards(cutBox(image, box), width, height);
  const { low, high } = greyLevelRange(small);
  const stretched = image.bitDepth === 16 || high < maxSample(8) * DARK_FRACTION;
  const shown = stretched ? stretchTo8Bit(small, { low, high, gamma: 1, invert: false }) : small;
  return encodeJpeg(shown, width, height, THUMBNAIL_QUALITY);
}

/**
 * The part of `box` inside the picture as JPEG, shrunk so that its longer side is at most `maxSidePx`; never enlarged.
 * Its size is that of `cropGeometry`.
 * @param stretch display mapping; null shows 8 bit as it is and 16 bit over its full range
 * @throws bad-request where the box lies outside the picture
 */
export async function encodeCrop(image: DecodedImage, box: Box, maxSidePx: number, stretch: StretchOptions | null): Promise<Buffer> {
  const geometry = cropGeometry(image.width, image.height, box, maxSidePx);
  const small = halveTowards(cutBox(image, geometry.box), geometry.width, geometry.height);
  const mapping = stretch ?? (small.bitDepth === 16 ? { low: 0, high: maxSample(16), gamma: 1, invert: false } : null);
  return encodeJpeg(mapping ? stretchTo8Bit(small, mapping) : small, geometry.width, geometry.height, CROP_QUALITY);
}

async function encodeJpeg(image: DecodedImage, width: number, height: number, quality: number): Promise<Buffer> {
  const input = sharp(image.data, { raw: { width: image.width, height: image.height, channels: image.channels }, limitInputPixels: false });
  const sized = image.width === width && image.height === height ? input : input.resize(width, height, { fit: 'fill' });
  return sized
    .toColourspace(image.channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
