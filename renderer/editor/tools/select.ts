import { defectAt } from './paint-target';
import type { Tool, ToolHost, ToolPointer } from './tool';

type State = { kind: 'idle' } | { kind: 'pointing' | 'panning'; start: ToolPointer };

/** How far beside a defect a click still selects it, and how far a drag must go, in CSS pixels. */
const NEAR_PX = 5;
const DRAG_PX = 4;

/** Click selects, double click zooms to the defect, dragging moves the picture. As `pan` it only moves. */
export class SelectTool implements Tool {
  readonly edits = false;
  private state: State = { kind: 'idle' };

  constructor(
    private readonly host: ToolHost,
    private readonly selects: boolean,
  ) {}

  get busy(): boolean {
    return this.state.kind === 'panning';
  }

  down(at: ToolPointer): void {
    this.state = { kind: this.selects ? 'pointing' : 'panning', start: at };
  }

  move(path: readonly ToolPointer[]): void {
    const at = path.at(-1);
    if (this.state.kind === 'idle' || !at) return;
    const { start } = this.state;
    const { zoom } = this.host.settings();
    const dx = (at.x - start.x) * zoom;
    const dy = (at.y - start.y) * zoom;
    if (this.state.kind === 'pointing' && Math.hypot(dx, dy) < DRAG_PX) return;
    // the picture moves under the pointer, so the start stays the image point to hold
    this.state = { kind: 'panning', start };
    this.host.panBy(dx, dy);
  }

  up(at: ToolPointer): void {
    const clicked = this.state.kind === 'pointing';
    this.state = { kind: 'idle' };
    if (clicked) this.host.select(this.defectNear(at));
  }

  doubleClick(at: ToolPointer): void {
    const label = this.selects ? this.defectNear(at) : null;
    if (label !== null) this.host.zoomToDefect(label);
  }

  cancel(): void {
    this.state = { kind: 'idle' };
  }

  /** The defect under the pointer, or the nearest one within a few screen pixels. */
  private defectNear(at: ToolPointer): number | null {
    const exact = defectAt(this.host, at.x, at.y);
    if (exact !== null) return exact;
    const { zoom } = this.host.settings();
    for (let distancePx = 1; distancePx <= NEAR_PX; distancePx++) {
      for (let turn = 0; turn < 16; turn++) {
        const angle = (turn * Math.PI) / 8;
        const label = defectAt(this.host, at.x + (Math.cos(angle) * distancePx) / zoom, at.y + (Math.sin(angle) * distancePx) / zoom);
        if (label !== null) return label;
      }
    }
    return null;
  }
}
