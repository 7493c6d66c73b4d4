/** Which picture is on screen and how to get to the next one. */
import { create } from 'zustand';
import type { ImageRecord } from '#shared/domain/image';
import { isJobActive, useApp } from '../../app/state/app-store';
import { editorCommands, useEditor } from '../../editor';
import { invoke } from '../../platform/bridge';
import { commitNote } from '../defect/note-draft';
import { defectRows, imageRows, useQueue } from '../queue/queue-store';

export interface NavigationState {
  /** the picture that was asked for; the editor follows when it has it */
  imageId: number | null;
}
/** A defect anywhere in the run. */
export interface DefectPlace {
  imageId: number;
  label: number;
}

export const useNavigation = create<NavigationState>()(() => ({ imageId: null }));

/**
 * Shows a picture and, with `label`, its defect in the middle of the canvas. A later call overtakes an earlier one.
 * A picture that cannot be shown is no failure here: the canvas area says why.
 */
export async function openImage(imageId: number, label: number | null = null): Promise<void> {
  const isOpen = useEditor.getState().document?.image.id === imageId;
  useNavigation.setState({ imageId });
  commitNote();
  if (!isOpen) {
    rememberImage(imageId);
    prioritise(imageId);
    await editorCommands.open(imageId).catch(stayHere);
  }
  if (label !== null && useNavigation.getState().imageId === imageId) editorCommands.select(label, { reveal: true });
}

/** What cannot be saved keeps its picture on screen. */
function stayHere(error: unknown): never {
  useNavigation.setState({ imageId: useEditor.getState().document?.image.id ?? null });
  throw error;
}

export async function closeImage(): Promise<void> {
  commitNote();
  await editorCommands.close();
  useNavigation.setState({ imageId: null });
}

/** The picture `step` rows away in the image list, from where the present one stands or stood. */
export async function imageAt(step: 1 | -1): Promise<ImageRecord | undefined> {
  const { imageId } = useNavigation.getState();
  if (imageId === null) return imageRows.load(0);
  const { filter, sort } = useQueue.getState().images;
  const index = await invoke('images.indexOf', { imageId, filter, sort });
  return imageRows.load(index < 0 ? 0 : index + step);
}

export async function stepImage(step: 1 | -1): Promise<boolean> {
  const image = await imageAt(step);
  if (image) await openImage(image.id);
  return image !== undefined;
}

/**
 * The defect `step` places away: along the queue while the queue is on show, else within the picture from top to bottom.
 * @param onlyOpen passes over defects that are decided
 */
export async function defectAt(step: 1 | -1, onlyOpen: boolean): Promise<DefectPlace | undefined> {
  return useQueue.getState().tab === 'defects' ? queueDefectAt(step, onlyOpen) : imageDefectAt(step, onlyOpen);
}

export async function stepDefect(step: 1 | -1): Promise<void> {
  const place = await defectAt(step, false);
  if (place) await openImage(place.imageId, place.label);
}

async function queueDefectAt(step: 1 | -1, onlyOpen: boolean): Promise<DefectPlace | undefined> {
  const { imageId } = useNavigation.getState();
  const { selectedLabel } = useEditor.getState();
  let index = defectRows.indexOf((row) => row.imageId === imageId && row.label === selectedLabel);
  if (index < 0 && step < 0) return undefined;
  for (;;) {
    index += step;
    const row = await defectRows.load(index);
    if (!row) return undefined;
    if (!onlyOpen || row.decision === 'unreviewed') return { imageId: row.imageId, label: row.label };
  }
}

function imageDefectAt(step: 1 | -1, onlyOpen: boolean): DefectPlace | undefined {
  const { document, defects, selectedLabel } = useEditor.getState();
  if (!document) return undefined;
  const ordered = defects.toSorted((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
  const start = ordered.findIndex((defect) => defect.label === selectedLabel);
  for (let index = start < 0 && step < 0 ? ordered.length - 1 : start + step; index >= 0; index += step) {
    const defect = ordered[index];
    if (!defect) return undefined;
    if (!onlyOpen || defect.decision === 'unreviewed') return { imageId: document.image.id, label: defect.label };
  }
  return undefined;
}

function prioritise(imageId: number): void {
  if (!isJobActive(useApp.getState().job)) return;
  // a picture that is done already needs no priority: main then has nothing to move, and that is fine
  void invoke('jobs.prioritise', { imageId }).catch(() => undefined);
}

const lastImageKey = (folder: string): string => `railscope.last-image:${folder}`;

function rememberImage(imageId: number): void {
  const { project } = useApp.getState();
  if (project) localStorage.setItem(lastImageKey(project.folder), String(imageId));
}

/** Opens the picture that was open last time, else the first; @returns false while no picture is listed */
export async function openFirstImage(): Promise<boolean> {
  const { project } = useApp.getState();
  if (!project) return false;
  const first = await imageRows.load(0);
  if (!first || useNavigation.getState().imageId !== null) return first !== undefined;
  const remembered = Number(localStorage.getItem(lastImageKey(project.folder)));
  const { filter, sort } = useQueue.getState().images;
  const isThere = remembered > 0 && (await invoke('images.indexOf', { imageId: remembered, filter, sort })) >= 0;
  await openImage(isThere ? remembered : first.id);
  return true;
}
