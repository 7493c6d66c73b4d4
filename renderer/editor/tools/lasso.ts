import { fillPolygon } from '#shared/masks/polygon-fill';
import { applyShape } from './paint-target';
import type { Sketch, Tool, ToolHost, ToolPointer } from './tool';

type State = { kind: 'idle' } | { kind: 'drawing'; points: number[]; erasing: boolean };

/** A free outline, filled on release; Alt subtracts. */
export class LassoTool implements Tool {
  readonly edits = true;
  private state: State = { kind: 'idle' };

  constructor(private readonly host: ToolHost) {}

  get busy(): boolean {
    return this.state.kind === 'drawing';
  }

  down(at: ToolPointer): void {
    this.state = { kind: 'drawing', points: [at.x, at.y], erasing: at.alt };
  }

  move(path: readonly ToolPointer[]): void {
    if (this.state.kind === 'drawing') for (const point of path) this.state.points.push(point.x, point.y);
  }

  up(): void {
    if (this.state.kind === 'idle') return;
    const { points, erasing } = this.state;
    this.state = { kind: 'idle' };
    if (points.length < 6) return;
    applyShape(this.host, 'lasso', { x: points[0] ?? 0, y: points[1] ?? 0 }, erasing, (emit) => fillPolygon(points, emit));
  }

  cancel(): void {
    this.state = { kind: 'idle' };
  }

  sketch(): Sketch | null {
    if (this.state.kind === 'idle') return null;
    return { kind: 'path', points: this.state.points, cursor: null, closable: false, erasing: this.state.erasing };
  }
}
