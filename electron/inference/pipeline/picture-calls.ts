/** What is asked of a picture or of a kept map without running a network. */
import { decodeGreyPng, decodeImage } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import { isInstanceManifest, type InstanceManifest, type ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import { detectionsPath } from '#shared/kept-files';
import type { MaskTile } from '#shared/masks/types';
import type { RethresholdInput } from '#shared/ports/inference';
import { composeInstances } from './instances/compose';
import { readKeptInstances } from './instances/kept-instances';
import type { Detections } from './output-pass';
import { detect } from './postprocess';
import { findRailBand } from './rail-band';

/** @throws image-* */
export async function findRegion(path: string): Promise<{ header: ImageHeader; box: Box | null }> {
  const image = await decodeImage(path, { colour: 'native' });
  return { header: image.header, box: findRailBand(image) };
}

/**
 * Instances of what was kept of a result, at another threshold; the same as an inference with it would give.
 * @param manifest of the network that made it
 * @throws image-missing, image-corrupt, image-changed when the kept files belong to another region or picture
 */
export async function rethreshold(
  input: RethresholdInput,
  manifest: ModelManifest,
): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }> {
  const found = isInstanceManifest(manifest) ? await againOfInstances(input, manifest) : await againOfMap(input, manifest);
  return { instances: found.instances, tiles: found.tiles() };
}

async function againOfMap(input: RethresholdInput, { classes }: ModelManifest): Promise<Detections> {
  const { probabilityPath: path, probabilityBox: box } = input;
  const { data, width, height } = await decodeGreyPng(path);
  if (width !== box.width || height !== box.height) {
    throw new RailscopeError('image-changed', 'the kept probability map has another size', { path });
  }
  return detect(data, box, { ...input, classCode: classes[0]?.code ?? 'defect' });
}

async function againOfInstances(input: RethresholdInput, manifest: InstanceManifest): Promise<Detections> {
  const path = detectionsPath(input.probabilityPath);
  const { picture, roiSide, instances } = await readKeptInstances(path);
  if (picture.width !== input.width || picture.height !== input.height) {
    throw new RailscopeError('image-changed', 'the kept instances belong to a picture of another size', { path });
  }
  return composeInstances(instances, picture, { ...input, roiSide, maskThreshold: manifest.thresholds.probability });
}
