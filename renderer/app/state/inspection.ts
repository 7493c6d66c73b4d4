/** Starting inference, by hand and by itself when a folder was opened. */
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ProjectCounts } from '#shared/domain/project';
import { invoke } from '../../platform/bridge';
import { isJobActive, useApp } from './app-store';
import { engineOf } from './engine';
import { attempt } from './notify';

export type InspectionScope = 'missing' | 'all' | 'one';

/** @throws model-missing when no model is usable; whatever main answers */
export async function startInspection(scope: InspectionScope, imageId: number | null = null): Promise<void> {
  const state = useApp.getState();
  const { model } = engineOf(state);
  if (!model) throw new RailscopeError('model-missing', 'no usable model in the catalog', { model: state.settings.modelId ?? '' });
  await invoke('jobs.startInspection', { modelId: model.id, device: state.settings.device, scope, imageId });
}

let isArmed = false;

/** A project was opened: inference starts once the folder is scanned, if the inspector wants that. */
export function armAutomaticInspection(): void {
  isArmed = useApp.getState().settings.inferOnOpen;
}

export function disarmAutomaticInspection(): void {
  isArmed = false;
}

/** Called with every change of counts, jobs or models; starts at most once per opened project. */
export function startAutomaticInspection(): void {
  const { counts, job, models, project } = useApp.getState();
  if (!isArmed || !project || !counts || !models || counts.scanning || counts.images === 0) return;
  isArmed = false;
  const isPointless = project.readOnly || isJobActive(job) || !hasWork(counts) || !engineOf(useApp.getState()).model;
  if (!isPointless) attempt(() => startInspection('missing'));
}

function hasWork(counts: ProjectCounts): boolean {
  return counts.inferred + counts.unreadable < counts.images;
}
