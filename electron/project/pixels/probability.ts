/** The kept probability map as a picture of full size. */
import { decodeGreyPng, type DecodedImage } from '#imaging';
import type { ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { intersectBoxes, type Box } from '#shared/geometry/box';

/**
 * @param box the part of the picture that the file covers
 * @returns 8-bit grey, 0…255 = 0…1, zero outside the box
 * @throws image-missing, image-unreadable, image-corrupt; bad-request where the file's size is not the box's
 */
export async function decodeProbability(path: string, box: Box, header: ImageHeader): Promise<DecodedImage> {
  const map = await decodeGreyPng(path);
  if (map.width !== box.width || map.height !== box.height) {
    throw new RailscopeError('bad-request', `${path} is ${map.width} × ${map.height}, not the size of its region`, { path });
  }
  const { width, height } = header;
  const data = new Uint8Array(width * height);
  const inside = intersectBoxes(box, { x: 0, y: 0, width, height });
  for (let y = inside?.y ?? 0; inside && y < inside.y + inside.height; y++) {
    const from = (y - box.y) * box.width + inside.x - box.x;
    data.set(map.data.subarray(from, from + inside.width), y * width + inside.x);
  }
  return { header: { ...header, channels: 1, bitDepth: 8 }, data, width, height, channels: 1, bitDepth: 8 };
}
