/**
 * The note being typed. It is saved when typing pauses, and before anything that could make it land elsewhere:
 * another defect, another picture, leaving the window.
 */
import { editorCommands, useEditor } from '../../editor';

const TYPING_PAUSE_MS = 600;

let draft: { imageId: number; label: number; note: string } | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

export function typeNote(label: number, note: string): void {
  const imageId = useEditor.getState().document?.image.id;
  if (imageId === undefined) return;
  if (draft && (draft.label !== label || draft.imageId !== imageId)) commitNote();
  draft = { imageId, label, note };
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(commitNote, TYPING_PAUSE_MS);
}

/** Saves what was typed, if anything; a note for a picture that is not open any more has been saved before it closed. */
export function commitNote(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  const finished = draft;
  draft = null;
  const { document, defects } = useEditor.getState();
  if (!finished || document?.image.id !== finished.imageId) return;
  const defect = defects.find((entry) => entry.label === finished.label);
  if (defect && defect.note !== finished.note) editorCommands.setDefectNote(finished.label, finished.note);
}
