import type { Box } from '#shared/geometry/box';
import { intersectBoxes } from '#shared/geometry/box';
import { applyShape } from './paint-target';
import type { Sketch, Tool, ToolHost, ToolPointer } from './tool';

type State = { kind: 'idle' } | { kind: 'pointing' | 'drawing'; start: ToolPointer; end: ToolPointer };

/** Regions smaller than this are a slip of the hand. */
const LEAST_REGION_PX = 16;
/** Pointer travel that makes a click a drag, in CSS pixels. */
const DRAG_PX = 3;

/** A rectangle by dragging: a filled mask (Alt subtracts), or the region that is inspected. */
export class RectangleTool implements Tool {
  readonly edits = true;
  private state: State = { kind: 'idle' };

  constructor(
    private readonly host: ToolHost,
    private readonly purpose: 'mask' | 'region',
  ) {}

  get busy(): boolean {
    return this.state.kind !== 'idle';
  }

  down(at: ToolPointer): void {
    this.state = { kind: 'pointing', start: at, end: at };
  }

  move(path: readonly ToolPointer[]): void {
    const end = path.at(-1);
    if (this.state.kind === 'idle' || !end) return;
    const { start, kind } = this.state;
    const travelled = Math.hypot(end.x - start.x, end.y - start.y) * this.host.settings().zoom;
    this.state = { kind: kind === 'drawing' || travelled >= DRAG_PX ? 'drawing' : 'pointing', start, end };
  }

  up(at: ToolPointer): void {
    this.move([at]);
    const state = this.state;
    const box = this.box();
    this.state = { kind: 'idle' };
    if (state.kind !== 'drawing' || !box) return;
    if (this.purpose === 'region') {
      if (box.width >= LEAST_REGION_PX && box.height >= LEAST_REGION_PX) this.host.setRegion(box);
      return;
    }
    applyShape(this.host, 'box', state.start, state.start.alt, (emit) => {
      for (let y = box.y; y < box.y + box.height; y++) emit(y, box.x, box.x + box.width);
    });
  }

  cancel(): void {
    this.state = { kind: 'idle' };
  }

  sketch(): Sketch | null {
    const box = this.box();
    if (this.state.kind !== 'drawing' || !box) return null;
    const purpose = this.purpose === 'region' ? 'region' : this.state.start.alt ? 'erase' : 'paint';
    return { kind: 'box', box, purpose };
  }

  /** Whole pixels inside the picture that the drag touched. */
  private box(): Box | null {
    if (this.state.kind === 'idle') return null;
    const { start, end } = this.state;
    const x = Math.floor(Math.min(start.x, end.x));
    const y = Math.floor(Math.min(start.y, end.y));
    const { widthPx, heightPx } = this.host.session.mask;
    const drawn = { x, y, width: Math.ceil(Math.max(start.x, end.x)) - x, height: Math.ceil(Math.max(start.y, end.y)) - y };
    return intersectBoxes(drawn, { x: 0, y: 0, width: widthPx, height: heightPx });
  }
}
