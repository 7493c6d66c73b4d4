/** Channels that need both processes: the region of interest, and masks at another threshold. */
import type { ChannelInput, ChannelOutput } from '#shared/ipc/contract';
import type { Defect, DetectedInstance } from '#shared/domain/defect';
import type { Region } from '#shared/domain/image';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import { RailscopeError } from '#shared/errors/railscope-error';

export type RegionProject = Pick<ProjectPort, 'imagePath' | 'setRegion'>;
export type RethresholdProject = Pick<ProjectPort, 'probabilityFile'>;

/** Stores where the network is to look. The picture is not run again by itself. @throws image-*, no-project, project-read-only */
export async function setRegion(
  project: RegionProject,
  inference: Pick<InferencePort, 'findRegion'>,
  input: ChannelInput<'images.setRegion'>,
): Promise<Region> {
  return project.setRegion({ imageId: input.imageId, region: await chooseRegion(project, inference, input) });
}

async function chooseRegion(
  project: RegionProject,
  inference: Pick<InferencePort, 'findRegion'>,
  { imageId, mode, box }: ChannelInput<'images.setRegion'>,
): Promise<Region> {
  if (mode === 'full') return { mode, box: null };
  if (mode === 'manual') {
    if (!box || box.width === 0 || box.height === 0) throw new RailscopeError('bad-request', 'a region drawn by hand needs a box');
    return { mode, box };
  }
  const found = await inference.findRegion({ path: await project.imagePath({ imageId }) });
  return { mode, box: found.box };
}

/** The model layer at another threshold, from the kept probability map. @throws bad-request where no map was kept */
export async function rethreshold(
  project: RethresholdProject,
  inference: Pick<InferencePort, 'rethreshold'>,
  { imageId, threshold, minimumAreaPx }: ChannelInput<'editor.rethreshold'>,
): Promise<ChannelOutput<'editor.rethreshold'>> {
  const kept = await project.probabilityFile({ imageId });
  if (!kept?.summary.probabilityBox) throw new RailscopeError('bad-request', 'no probability map was kept for this picture', { imageId });
  const { instances, tiles } = await inference.rethreshold({
    modelId: kept.summary.engine.modelId,
    probabilityPath: kept.path,
    probabilityBox: kept.summary.probabilityBox,
    width: kept.header.width,
    height: kept.header.height,
    threshold,
    minimumAreaPx,
  });
  return { tiles, defects: instances.map(unreviewedDefect) };
}

function unreviewedDefect(instance: DetectedInstance): Defect {
  return { ...instance, grade: 'unset', decision: 'unreviewed', note: '', origin: 'model' };
}
