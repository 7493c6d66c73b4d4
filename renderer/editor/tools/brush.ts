import { snapBrushCentre, sweepBrush } from '#shared/masks/brush-stamp';
import type { SpanSource } from '#shared/masks/spans';
import { eraseSpans, paintLabel } from './paint-target';
import type { Sketch, Tool, ToolHost, ToolPointer } from './tool';

type State = { kind: 'idle' } | { kind: 'drawing'; label: number | null; last: ToolPointer };

/** Brush and eraser: Alt turns one into the other, Shift+click draws a straight line from the last stroke's end. */
export class BrushTool implements Tool {
  readonly edits = true;
  private state: State = { kind: 'idle' };
  private hover: ToolPointer | null = null;
  private lastEnd: ToolPointer | null = null;

  constructor(
    private readonly host: ToolHost,
    private readonly mode: 'paint' | 'erase',
  ) {}

  get busy(): boolean {
    return this.state.kind === 'drawing';
  }

  down(at: ToolPointer): void {
    const { session } = this.host;
    const erasing = this.erases(at);
    session.begin(erasing ? 'erase' : 'brush');
    const label = erasing ? null : paintLabel(this.host, at.x, at.y);
    this.state = { kind: 'drawing', label, last: at };
    this.stroke(at.shift && this.lastEnd ? [this.lastEnd, at] : [at, at]);
  }

  move(path: readonly ToolPointer[]): void {
    const latest = path.at(-1);
    if (!latest) return;
    this.hover = latest;
    if (this.state.kind !== 'drawing') return;
    this.stroke([this.state.last, ...path]);
    this.state = { ...this.state, last: latest };
  }

  up(at: ToolPointer): void {
    if (this.state.kind !== 'drawing') return;
    const { label } = this.state;
    this.state = { kind: 'idle' };
    this.lastEnd = at;
    this.host.session.end();
    if (label !== null && this.host.session.defect(label)) this.host.select(label);
  }

  cancel(): void {
    if (this.state.kind === 'drawing') this.host.session.cancel();
    this.state = { kind: 'idle' };
  }

  sketch(): Sketch | null {
    if (!this.hover) return null;
    const { brush } = this.host.settings();
    const erasing = this.state.kind === 'drawing' ? this.state.label === null : this.erases(this.hover);
    return { kind: 'ring', ...this.snapped(this.hover), ...brush, erasing };
  }

  private erases(at: ToolPointer): boolean {
    return (this.mode === 'erase') !== at.alt;
  }

  private stroke(path: readonly ToolPointer[]): void {
    if (this.state.kind !== 'drawing') return;
    const spans = this.sweep(path);
    if (this.state.label === null) eraseSpans(this.host, spans);
    else this.host.session.paint(this.state.label, spans);
  }

  private sweep(path: readonly ToolPointer[]): SpanSource {
    const { brush } = this.host.settings();
    const centres = path.map((point) => this.snapped(point));
    return (emit) => {
      for (let i = 1; i < centres.length; i++) {
        const from = centres[i - 1];
        const to = centres[i];
        if (from && to) sweepBrush(from, to, brush.sizePx, brush.shape, emit);
      }
    };
  }

  private snapped(at: { x: number; y: number }): { x: number; y: number } {
    const { sizePx } = this.host.settings().brush;
    return { x: snapBrushCentre(at.x, sizePx), y: snapBrushCentre(at.y, sizePx) };
  }
}
