import type { Box } from '#shared/geometry/box';
import type { BrushShape } from '#shared/masks/brush-stamp';
import type { EditSession } from '../session/edit-session';

/** A pointer position in image pixels (pixel i spans i…i+1) with the keys held. */
export interface ToolPointer {
  x: number;
  y: number;
  shift: boolean;
  alt: boolean;
}

/** What a tool shows while it works, in image pixels. */
export type Sketch =
  | { kind: 'ring'; x: number; y: number; sizePx: number; shape: BrushShape; erasing: boolean }
  | { kind: 'path'; points: readonly number[]; cursor: { x: number; y: number } | null; closable: boolean; erasing: boolean }
  | { kind: 'box'; box: Box; purpose: 'paint' | 'erase' | 'region' };

export interface ToolSettings {
  brush: { sizePx: number; shape: BrushShape };
  activeClass: string;
  selectedLabel: number | null;
  /** CSS pixels per image pixel */
  zoom: number;
}

/** What tools may do; the canvas implements it. */
export interface ToolHost {
  readonly session: EditSession;
  settings(): ToolSettings;
  select(label: number | null): void;
  /** brings a defect into view at a fitting zoom */
  zoomToDefect(label: number): void;
  /** in CSS pixels */
  panBy(dx: number, dy: number): void;
  setRegion(box: Box): void;
}

/** A tool is a small state machine; it leaves out what it does not react to. `cancel` leads back to idle with nothing changed. */
export interface Tool {
  /** something is under way that Escape would give up */
  readonly busy: boolean;
  /** whether it changes masks or the region, and so is off in read-only projects */
  readonly edits: boolean;
  down(at: ToolPointer): void;
  /** @param path every position since the last event, the latest last; also called without a button held */
  move?(path: readonly ToolPointer[]): void;
  up?(at: ToolPointer): void;
  doubleClick?(at: ToolPointer): void;
  /** @returns whether the tool had a use for the key */
  key?(key: 'Enter' | 'Backspace'): boolean;
  cancel?(): void;
  /** null = nothing to show */
  sketch?(): Sketch | null;
}
