/** What is asked of a picture or of a kept map without running a network. */
import { decodeGreyPng, decodeImage } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import type { MaskTile } from '#shared/masks/types';
import type { RethresholdInput } from '#shared/ports/inference';
import { detect } from './postprocess';
import { findRailBand } from './rail-band';

/** @throws image-* */
export async function findRegion(path: string): Promise<{ header: ImageHeader; box: Box | null }> {
  const image = await decodeImage(path, { colour: 'native' });
  return { header: image.header, box: findRailBand(image) };
}

/**
 * Instances of a kept probability map at another threshold; the same as an inference with it would give.
 * @throws image-missing, image-changed when the map has another size than its box
 */
export async function rethreshold(
  input: RethresholdInput,
  classCode: string,
): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }> {
  const { probabilityPath: path, probabilityBox: box, threshold, minimumAreaPx } = input;
  const { data, width, height } = await decodeGreyPng(path);
  if (width !== box.width || height !== box.height) {
    throw new RailscopeError('image-changed', 'the kept probability map has another size', { path });
  }
  const found = detect(data, box, { threshold, minimumAreaPx, classCode });
  return { instances: found.instances, tiles: found.tiles() };
}
