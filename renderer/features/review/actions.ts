/** What the review keys and buttons do: decide, and be at the next one. */
import i18next from 'i18next';
import type { DefectDecision } from '#shared/domain/defect';
import { defectClasses, defectGrades } from '#shared/domain/defect-classes';
import type { ReviewStatus } from '#shared/domain/image';
import { notify } from '../../app/state/notify';
import { editorCommands, useEditor, type MaskView } from '../../editor';
import { defectAt, imageAt, openImage, stepDefect } from './navigation';

/** Decides on the selected defect and goes to the next open one; with none selected it only goes there. */
export async function decideDefect(decision: DefectDecision): Promise<void> {
  const { selectedLabel, readOnly } = useEditor.getState();
  if (readOnly) return;
  if (selectedLabel === null) return stepDefect(1);
  const next = await defectAt(1, true);
  editorCommands.setDefectDecision(selectedLabel, decision);
  if (next) await openImage(next.imageId, next.label);
  else sayQueueEnds();
}

/** Marks the picture and goes to the next one in the list. */
export async function finishImage(status: ReviewStatus): Promise<void> {
  const { document, readOnly } = useEditor.getState();
  if (readOnly || !document) return;
  const next = await imageAt(1);
  editorCommands.setReviewStatus(status);
  if (next) await openImage(next.id);
  else sayQueueEnds();
}

/** Rejects what is still open and accepts the picture. Defects that someone accepted are never undone by one key. */
export async function markNoDefect(): Promise<void> {
  const { defects, readOnly } = useEditor.getState();
  if (readOnly) return;
  if (defects.some((defect) => defect.decision === 'accepted')) {
    const t = i18next.getFixedT(null, 'workspace', 'review');
    notify(t('hasAcceptedTitle'), t('hasAcceptedText'), 'warning');
    return;
  }
  for (const defect of defects) if (defect.decision === 'unreviewed') editorCommands.setDefectDecision(defect.label, 'rejected');
  await finishImage('accepted');
}

/** The n-th class: of the selected defect, and of what is drawn next. */
export function chooseClass(number: number): void {
  const entry = defectClasses[number - 1];
  const { selectedLabel, readOnly } = useEditor.getState();
  if (!entry || readOnly) return;
  editorCommands.setActiveClass(entry.code);
  if (selectedLabel !== null) editorCommands.setDefectClass(selectedLabel, entry.code);
}

export function cycleGrade(): void {
  const { defects, selectedLabel, readOnly } = useEditor.getState();
  const defect = defects.find((entry) => entry.label === selectedLabel);
  if (!defect || readOnly) return;
  const next = defectGrades[(defectGrades.indexOf(defect.grade) + 1) % defectGrades.length] ?? 'unset';
  editorCommands.setDefectGrade(defect.label, next);
}

export function deleteSelected(): void {
  const { selectedLabel, readOnly } = useEditor.getState();
  if (selectedLabel !== null && !readOnly) editorCommands.deleteDefect(selectedLabel);
}

const maskViews: readonly MaskView[] = ['review', 'model', 'difference'];

export function cycleMaskView(): void {
  const place = maskViews.indexOf(useEditor.getState().maskView);
  editorCommands.setMaskView(maskViews[(place + 1) % maskViews.length] ?? 'review');
}

export function toggleBoxes(): void {
  editorCommands.setBoxesVisible(!useEditor.getState().boxesVisible);
}

export function scaleBrush(factor: number): void {
  const { sizePx } = useEditor.getState().brush;
  const scaled = Math.round(sizePx * factor);
  editorCommands.setBrush({ sizePx: Math.min(512, Math.max(1, scaled === sizePx ? sizePx + Math.sign(factor - 1) : scaled)) });
}

function sayQueueEnds(): void {
  const t = i18next.getFixedT(null, 'workspace', 'review');
  notify(t('endTitle'), t('endText'));
}
