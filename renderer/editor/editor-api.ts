/** The public surface of the editor room: what features and the shell may use. */
import type { Defect, DefectDecision } from '#shared/domain/defect';
import type { DefectGrade } from '#shared/domain/defect-classes';
import type { DisplayStretch, ImageDocument } from '#shared/domain/editor';
import type { ReviewStatus } from '#shared/domain/image';
import type { Locale } from '#shared/domain/settings';
import type { Box } from '#shared/geometry/box';
import type { ErrorInfo } from '#shared/errors/codes';

export const toolIds = ['pan', 'select', 'brush', 'eraser', 'polygon', 'lasso', 'fill', 'box', 'region'] as const;
export type ToolId = (typeof toolIds)[number];

/** What the overlay shows: the inspector's mask, the network's own, or where the two differ. */
export type MaskView = 'review' | 'model' | 'difference';

export type SaveState = { kind: 'saved' } | { kind: 'saving' } | { kind: 'failed'; error: ErrorInfo };

export const stretchPresets = ['auto', 'full', 'dark-rail', 'bright'] as const;
export type StretchPreset = (typeof stretchPresets)[number];

export interface Histogram {
  /** heights 0…1 of bars of equal width */
  bars: readonly number[];
  /** the sample value just above the last bar; the first bar starts at 0 */
  toDn: number;
}

/** zustand state: view state and revision numbers, never pixels. */
export interface EditorState {
  /** the open picture without its masks; null = nothing open */
  document: Omit<ImageDocument, 'model' | 'review'> | null;
  loading: boolean;
  loadError: ErrorInfo | null;
  /** something asked for on the canvas failed (not a save, not a load); shown until dismissed */
  failure: ErrorInfo | null;
  readOnly: boolean;
  defects: readonly Defect[];
  selectedLabel: number | null;
  tool: ToolId;
  brush: { sizePx: number; shape: 'round' | 'square' };
  /** the class that new defects get */
  activeClass: string;
  maskView: MaskView;
  masksVisible: boolean;
  maskOpacity: number;
  outlinesOnly: boolean;
  /** frames with class and score; they show on results of networks of instances only */
  boxesVisible: boolean;
  /** of the words on the canvas */
  locale: Locale;
  stretch: DisplayStretch;
  /** where the stretch comes from: chosen per picture on opening, a preset (worked out anew for every picture), or set by hand and kept */
  stretchMode: 'opening' | StretchPreset | 'manual';
  /** how often sample values occur in the region; null = not known yet */
  histogram: Histogram | null;
  /** null = not being dragged: the applied threshold is `document.threshold` */
  thresholdPreview: number | null;
  /** 1 = one image pixel on one CSS pixel */
  zoom: number;
  cursor: { x: number; y: number; values: readonly number[] } | null;
  canUndo: boolean;
  canRedo: boolean;
  undoDepth: number;
  save: SaveState;
}

export interface EditorCommands {
  /**
   * Saves the open picture, then shows another one. A picture that cannot be loaded is no failure: `loadError` says why.
   * Rejects, and stays on the open picture, when its edits cannot be saved.
   */
  open(imageId: number): Promise<void>;
  /** Saves and closes. Rejects, and stays open, when the edits cannot be saved. */
  close(): Promise<void>;
  /** reloads the open picture after inference finished on it, keeping view and stretch */
  reload(): Promise<void>;
  setTool(tool: ToolId): void;
  setBrush(brush: Partial<EditorState['brush']>): void;
  setActiveClass(code: string): void;
  select(label: number | null, options?: { reveal: boolean }): void;
  setDefectClass(label: number, code: string): void;
  setDefectGrade(label: number, grade: DefectGrade): void;
  setDefectNote(label: number, note: string): void;
  setDefectDecision(label: number, decision: DefectDecision): void;
  deleteDefect(label: number): void;
  setReviewStatus(status: ReviewStatus): void;
  previewThreshold(value: number | null): void;
  applyThreshold(value: number): Promise<void>;
  setMaskView(view: MaskView): void;
  setMasksVisible(visible: boolean): void;
  setMaskOpacity(opacity: number): void;
  setOutlinesOnly(only: boolean): void;
  setBoxesVisible(visible: boolean): void;
  setLocale(locale: Locale): void;
  setStretch(stretch: Partial<DisplayStretch>): void;
  autoStretch(): void;
  resetStretch(): void;
  applyStretchPreset(preset: StretchPreset): void;
  setRegion(mode: 'auto' | 'full' | 'manual', box: Box | null): Promise<void>;
  fit(): void;
  actualSize(): void;
  zoomBy(factor: number): void;
  reveal(box: Box): void;
  undo(): void;
  redo(): void;
  /** after a failed save: tries again; where another writer changed the picture meanwhile, this window's state wins */
  retrySave(): Promise<void>;
  /** after a failed save: gives up what is not saved and shows the stored state */
  discardUnsaved(): Promise<void>;
  dismissFailure(): void;
  /** resolves when every gesture so far is saved, or rejects with why not */
  flush(): Promise<void>;
}
