/** Cutting and shrinking parts of a picture. */
import { RailscopeError } from '#shared/errors/railscope-error';
import { intersectBoxes, type Box } from '#shared/geometry/box';
import { shrinkByTwo } from './shrink';
import type { DecodedImage } from './types';

/**
 * What `encodeCrop` shows: the part of `box` inside the picture, and the size of the result, so that overlays match.
 * The longer side is at most `maxSidePx`; nothing is enlarged.
 * @throws bad-request where the box lies outside the picture or the size is not positive
 */
export function cropGeometry(
  imageWidth: number,
  imageHeight: number,
  box: Box,
  maxSidePx: number,
): { box: Box; width: number; height: number } {
  const inside = intersectBoxes(box, { x: 0, y: 0, width: imageWidth, height: imageHeight });
  if (!inside || maxSidePx < 1) throw new RailscopeError('bad-request', 'the crop shows nothing of the picture', { maxSidePx });
  const scale = Math.min(1, maxSidePx / Math.max(inside.width, inside.height));
  return { box: inside, width: Math.max(1, Math.round(inside.width * scale)), height: Math.max(1, Math.round(inside.height * scale)) };
}

/** The pixels of `box`, which lies inside the picture; the picture itself where the box is all of it. */
export function cutBox(image: DecodedImage, box: Box): DecodedImage {
  if (box.width === image.width && box.height === image.height) return image;
  const { channels } = image;
  const length = box.width * box.height * channels;
  const data = image.bitDepth === 16 ? new Uint16Array(length) : new Uint8Array(length);
  for (let row = 0; row < box.height; row++) {
    const from = ((box.y + row) * image.width + box.x) * channels;
    data.set(image.data.subarray(from, from + box.width * channels), row * box.width * channels);
  }
  return { ...image, data, width: box.width, height: box.height };
}

/** Halves the picture while both the result's sides stay at or above the wanted size. */
export function halveTowards(image: DecodedImage, width: number, height: number): DecodedImage {
  let current = image;
  while (current.width >= 2 * width && current.height >= 2 * height && Math.max(current.width, current.height) > 1)
    current = shrinkByTwo(current);
  return current;
}
