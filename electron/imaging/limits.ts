import type { ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { constants } from 'node:buffer';

const MAX_MEGAPIXELS = 1500;
const MAX_SIDE_PX = 300_000;

/** @throws image-too-large for a picture that cannot be held in memory */
export function assertWithinLimits(header: ImageHeader, path: string): void {
  const { width, height, channels, bitDepth } = header;
  const bytes = width * height * channels * (bitDepth / 8);
  if (width * height <= MAX_MEGAPIXELS * 1e6 && Math.max(width, height) <= MAX_SIDE_PX && bytes <= constants.MAX_LENGTH) return;
  throw new RailscopeError('image-too-large', `${path} measures ${width} × ${height}, more than RailScope can open`, {
    path,
    width,
    height,
    maxMegapixels: MAX_MEGAPIXELS,
    maxSidePx: MAX_SIDE_PX,
  });
}
