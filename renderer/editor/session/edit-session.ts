import type { Defect } from '#shared/domain/defect';
import type { ImageDocument } from '#shared/domain/editor';
import type { ReviewStatus } from '#shared/domain/image';
import type { Box } from '#shared/geometry/box';
import { RailscopeError } from '#shared/errors/railscope-error';
import { tileBox } from '#shared/masks/tile-diff';
import type { SpanSource } from '#shared/masks/spans';
import { MAX_LABEL } from '#shared/masks/types';
import type { MaskTile } from '#shared/masks/types';
import { commitOfStep, invertStep, isEmptyStep } from '../history/edit-step';
import type { Change, EditStep, StepCommit } from '../history/edit-step';
import { History } from '../history/history';
import { ANY_LABEL, MaskStore } from '../masks/mask-store';

export interface SessionListener {
  /** pixels inside the box changed */
  onPixels(box: Box): void;
  /** defects, status, threshold or the undo stack changed; `commit` is what has to be saved */
  onStep(commit: StepCommit, step: EditStep): void;
}

/** What one gesture does to defects besides what follows from its pixels. */
export interface DefectEdit {
  label: number;
  /** null removes it */
  after: Defect | null;
}

/**
 * One open picture being edited: review mask, defects, status, threshold and their history. Every change is a step;
 * strokes are steps too, between `begin` and `end`.
 */
export class EditSession {
  readonly mask: MaskStore;
  private readonly defectMap: Map<number, Defect>;
  private readonly history = new History();
  private nextLabel: number;
  private stroke: { action: string; fresh: Defect | null } | null = null;
  private statusNow: ReviewStatus;
  private thresholdNow: number | null;
  /** grows with every step, undo and redo */
  changes = 0;

  constructor(
    document: ImageDocument,
    size: { width: number; height: number },
    private readonly listener: SessionListener,
  ) {
    this.mask = new MaskStore(size.width, size.height);
    this.mask.load(document.review.tiles);
    this.defectMap = new Map(document.review.defects.map((defect) => [defect.label, defect]));
    this.statusNow = document.image.reviewStatus;
    this.thresholdNow = document.threshold;
    this.nextLabel = Math.max(0, ...this.defectMap.keys(), ...(document.model?.defects.map((defect) => defect.label) ?? [])) + 1;
  }

  get defects(): readonly Defect[] {
    return [...this.defectMap.values()];
  }

  get reviewStatus(): ReviewStatus {
    return this.statusNow;
  }

  get threshold(): number | null {
    return this.thresholdNow;
  }

  get undoDepth(): number {
    return this.history.undoDepth;
  }

  get redoDepth(): number {
    return this.history.redoDepth;
  }

  /** A stroke is under way: no other edit may start. */
  get busy(): boolean {
    return this.stroke !== null;
  }

  defect(label: number): Defect | null {
    return this.defectMap.get(label) ?? null;
  }

  begin(action: string): void {
    if (this.stroke) this.cancel();
    this.stroke = { action, fresh: null };
    this.mask.record();
  }

  /** A defect for this stroke to paint; it exists once the stroke ends with a pixel of it. @returns its label */
  createDefect(classCode: string): number {
    const label = this.freshLabel();
    const fresh: Defect = {
      label,
      classCode,
      grade: 'unset',
      decision: 'unreviewed',
      note: '',
      origin: 'human',
      score: null,
      box: { x: 0, y: 0, width: 0, height: 0 },
      areaPx: 0,
    };
    if (this.stroke) this.stroke.fresh = fresh;
    return label;
  }

  /** Adds background pixels to a defect; those of other defects stay as they are. */
  paint(label: number, spans: SpanSource): void {
    this.tellPixels(this.mask.replace(0, label, spans));
  }

  /** @param label whose pixels to erase; null = any */
  erase(label: number | null, spans: SpanSource): void {
    this.tellPixels(this.mask.replace(label ?? ANY_LABEL, 0, spans));
  }

  /** Ends the stroke as one step. @returns the step, null when it changed nothing */
  end(): EditStep | null {
    const stroke = this.stroke;
    if (!stroke) return null;
    this.stroke = null;
    const { tiles, labels } = this.mask.finish();
    const defects: EditStep['defects'][number][] = [];
    for (const label of labels) {
      const before = this.defectMap.get(label) ?? null;
      const base = before ?? (stroke.fresh?.label === label ? stroke.fresh : null);
      if (!base) continue;
      const stats = this.mask.statsOf(label);
      defects.push({ label, before, after: stats && { ...base, ...stats } });
    }
    return this.push({ action: stroke.action, tiles, defects, reviewStatus: null, threshold: null });
  }

  /** Ends the stroke and takes it back. */
  cancel(): void {
    if (!this.stroke) return;
    this.stroke = null;
    this.tellPixels(this.mask.restore());
  }

  /** Changes of class, grade, note, decision: one step. Unknown labels and changes to the same are ignored. */
  editDefects(action: string, edits: readonly { label: number; change: Partial<Defect> }[]): EditStep | null {
    if (this.stroke) return null;
    const defects = edits.flatMap(({ label, change }) => {
      const before = this.defectMap.get(label);
      if (!before || Object.entries(change).every(([key, value]) => before[key as keyof Defect] === value)) return [];
      return [{ label, before, after: { ...before, ...change } }];
    });
    return this.push({ action, tiles: [], defects, reviewStatus: null, threshold: null });
  }

  /** Removes a defect with its pixels. */
  deleteDefect(label: number): EditStep | null {
    const before = this.defectMap.get(label);
    if (this.stroke || !before) return null;
    const stats = this.mask.statsOf(label);
    this.mask.record();
    if (stats) this.tellPixels(this.mask.replace(label, 0, boxRows(stats.box)));
    return this.push({
      action: 'delete',
      tiles: this.mask.finish().tiles,
      defects: [{ label, before, after: null }],
      reviewStatus: null,
      threshold: null,
    });
  }

  /** Accepting a picture accepts its open defects: one step. */
  setReviewStatus(status: ReviewStatus): EditStep | null {
    if (this.stroke || status === this.statusNow) return null;
    const open = status === 'accepted' ? this.defects.filter((defect) => defect.decision === 'unreviewed') : [];
    const defects = open.map((before) => ({ label: before.label, before, after: { ...before, decision: 'accepted' as const } }));
    return this.push({ action: 'status', tiles: [], defects, reviewStatus: { before: this.statusNow, after: status }, threshold: null });
  }

  /** Replaces mask and defects at another threshold: one step. `tiles` are the whole new tiles of what differs. */
  replaceAll(action: string, tiles: readonly MaskTile[], edits: readonly DefectEdit[], threshold: number): EditStep | null {
    if (this.stroke) return null;
    this.mask.record();
    for (const tile of tiles) this.tellPixels(this.mask.setTile(tile.tileX, tile.tileY, tile.runs));
    const defects = edits.map(({ label, after }) => ({ label, before: this.defectMap.get(label) ?? null, after }));
    const change: Change<number | null> | null = threshold === this.thresholdNow ? null : { before: this.thresholdNow, after: threshold };
    return this.push({ action, tiles: this.mask.finish().tiles, defects, reviewStatus: null, threshold: change });
  }

  /** @returns whether there was something to undo */
  undo(): boolean {
    if (this.stroke) return false;
    const step = this.history.undo();
    if (step) this.replay({ ...invertStep(step), action: `undo ${step.action}` });
    return step !== null;
  }

  redo(): boolean {
    if (this.stroke) return false;
    const step = this.history.redo();
    if (step) this.replay({ ...step, action: `redo ${step.action}` });
    return step !== null;
  }

  /** A label that no defect of this picture had since it was opened. @throws bad-request when all are used */
  freshLabel(): number {
    if (this.nextLabel <= MAX_LABEL) return this.nextLabel++;
    for (let label = 1; label <= MAX_LABEL; label++) if (!this.defectMap.has(label) && !this.mask.statsOf(label)) return label;
    throw new RailscopeError('bad-request', 'the picture holds the largest possible number of defects');
  }

  /** Keeps labels that are about to come in from being given to new defects. */
  reserveLabels(labels: readonly number[]): void {
    for (const label of labels) this.nextLabel = Math.max(this.nextLabel, label + 1);
  }

  private push(step: EditStep): EditStep | null {
    if (isEmptyStep(step)) return null;
    const begun = this.statusNow === 'unreviewed' && !step.reviewStatus;
    const whole: EditStep = begun ? { ...step, reviewStatus: { before: 'unreviewed', after: 'in-progress' } } : step;
    this.history.push(whole);
    this.applyFacts(whole);
    this.listener.onStep(commitOfStep(whole), whole);
    return whole;
  }

  private replay(step: EditStep): void {
    for (const tile of step.tiles) this.mask.setTile(tile.tileX, tile.tileY, tile.after);
    this.applyFacts(step);
    for (const tile of step.tiles) this.listener.onPixels(tileBox(tile.tileX, tile.tileY));
    this.listener.onStep(commitOfStep(step), step);
  }

  private applyFacts(step: EditStep): void {
    this.changes++;
    for (const { label, after } of step.defects) {
      this.reserveLabels([label]);
      if (after) this.defectMap.set(label, after);
      else this.defectMap.delete(label);
    }
    if (step.reviewStatus) this.statusNow = step.reviewStatus.after;
    if (step.threshold) this.thresholdNow = step.threshold.after;
  }

  private tellPixels(box: Box | null): void {
    if (box) this.listener.onPixels(box);
  }
}

function boxRows(box: Box): SpanSource {
  return (emit) => {
    for (let y = box.y; y < box.y + box.height; y++) emit(y, box.x, box.x + box.width);
  };
}
