import type { Defect } from '#shared/domain/defect';
import type { EditCommit } from '#shared/domain/editor';
import type { ReviewStatus } from '#shared/domain/image';
import type { TileChange } from '../masks/mask-store';

export interface Change<T> {
  before: T;
  after: T;
}

/** One gesture: everything it changed, as it was and as it became. */
export interface EditStep {
  /** 'brush', 'erase', 'class' …, for the audit log */
  action: string;
  tiles: readonly TileChange[];
  /** null = the defect does not exist on that side */
  defects: readonly { label: number; before: Defect | null; after: Defect | null }[];
  reviewStatus: Change<ReviewStatus> | null;
  threshold: Change<number | null> | null;
}

/** The part of a commit that a step decides; where and on what it is saved is the autosave's business. */
export type StepCommit = Omit<EditCommit, 'imageId' | 'contentHash' | 'baseRevision'>;

/** The step that takes this one back. */
export function invertStep(step: EditStep): EditStep {
  return {
    action: step.action,
    tiles: step.tiles.map((tile) => ({ ...tile, before: tile.after, after: tile.before })),
    defects: step.defects.map((entry) => ({ label: entry.label, before: entry.after, after: entry.before })),
    reviewStatus: step.reviewStatus && { before: step.reviewStatus.after, after: step.reviewStatus.before },
    threshold: step.threshold && { before: step.threshold.after, after: step.threshold.before },
  };
}

export function isEmptyStep(step: EditStep): boolean {
  return step.tiles.length === 0 && step.defects.length === 0 && !step.reviewStatus && !step.threshold;
}

/** Memory that a step holds, roughly, in bytes. */
export function stepBytes(step: EditStep): number {
  const runs = step.tiles.reduce((sum, tile) => sum + tile.before.byteLength + tile.after.byteLength, 0);
  return runs + step.tiles.length * 100 + step.defects.length * 400 + 200;
}

/** What has to be stored to get from before the step to after it. */
export function commitOfStep(step: EditStep): StepCommit {
  const threshold = step.threshold?.after ?? null;
  return {
    action: step.action,
    tiles: step.tiles.map(({ tileX, tileY, after }) => ({ tileX, tileY, runs: after })),
    defects: step.defects.flatMap(({ after }) => (after ? [after] : [])),
    removedLabels: step.defects.filter(({ after }) => !after).map(({ label }) => label),
    ...(step.reviewStatus ? { reviewStatus: step.reviewStatus.after } : {}),
    ...(threshold === null ? {} : { threshold }),
  };
}
