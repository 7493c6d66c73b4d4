import { fillPolygon } from '#shared/masks/polygon-fill';
import { applyShape } from './paint-target';
import type { Sketch, Tool, ToolHost, ToolPointer } from './tool';

type State = { kind: 'idle' } | { kind: 'drawing'; points: number[]; erasing: boolean };

/** How near to the first corner a click closes the polygon, in CSS pixels. */
const CLOSE_PX = 9;
/** Two clicks this near are one corner (the second click of a double click). */
const SAME_PX = 3;

/** Corners by click; a click on the first one, a double click or Enter closes; Backspace takes the last corner back; Alt subtracts. */
export class PolygonTool implements Tool {
  readonly edits = true;
  private state: State = { kind: 'idle' };
  private cursor: ToolPointer | null = null;

  constructor(private readonly host: ToolHost) {}

  get busy(): boolean {
    return this.state.kind === 'drawing';
  }

  down(at: ToolPointer): void {
    this.cursor = at;
    if (this.state.kind === 'idle') {
      this.state = { kind: 'drawing', points: [at.x, at.y], erasing: at.alt };
      return;
    }
    const { points } = this.state;
    if (this.onFirstCorner(at)) {
      this.close();
      return;
    }
    if (this.near(at, points.at(-2), points.at(-1), SAME_PX)) return;
    this.state = { ...this.state, points: [...points, at.x, at.y], erasing: this.state.erasing || at.alt };
  }

  move(path: readonly ToolPointer[]): void {
    this.cursor = path.at(-1) ?? this.cursor;
  }

  doubleClick(): void {
    this.close();
  }

  key(key: 'Enter' | 'Backspace'): boolean {
    if (this.state.kind === 'idle') return false;
    if (key === 'Enter') this.close();
    else if (this.state.points.length > 2) this.state = { ...this.state, points: this.state.points.slice(0, -2) };
    else this.state = { kind: 'idle' };
    return true;
  }

  cancel(): void {
    this.state = { kind: 'idle' };
  }

  sketch(): Sketch | null {
    if (this.state.kind === 'idle') return null;
    const { points, erasing } = this.state;
    return { kind: 'path', points, cursor: this.cursor, closable: this.cursor !== null && this.onFirstCorner(this.cursor), erasing };
  }

  /** Fewer than three corners stay open. */
  private close(): void {
    if (this.state.kind === 'idle' || this.state.points.length < 6) return;
    const { points, erasing } = this.state;
    this.state = { kind: 'idle' };
    applyShape(this.host, 'polygon', { x: points[0] ?? 0, y: points[1] ?? 0 }, erasing, (emit) => fillPolygon(points, emit));
  }

  private onFirstCorner(at: ToolPointer): boolean {
    if (this.state.kind === 'idle' || this.state.points.length < 6) return false;
    return this.near(at, this.state.points[0], this.state.points[1], CLOSE_PX);
  }

  private near(at: ToolPointer, x = NaN, y = NaN, distancePx: number): boolean {
    return Math.hypot(at.x - x, at.y - y) * this.host.settings().zoom <= distancePx;
  }
}
