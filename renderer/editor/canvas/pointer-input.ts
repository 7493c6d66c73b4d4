/** Turns the DOM's pointer, wheel and key events into the few gestures that the canvas knows. */
export interface InputPoint {
  /** CSS pixels from the canvas's top left corner */
  screenX: number;
  screenY: number;
  shift: boolean;
  alt: boolean;
}

export interface InputListener {
  toolDown(at: InputPoint): void;
  /** @param path all positions since the last event, the latest last; also without a button held */
  toolMove(path: InputPoint[]): void;
  toolUp(at: InputPoint): void;
  toolDoubleClick(at: InputPoint): void;
  toolKey(key: 'Enter' | 'Backspace'): boolean;
  /** @returns whether there was something to give up */
  cancel(): boolean;
  /** Escape with nothing to give up; the window then leaves the tool */
  deselect(): void;
  panBy(dx: number, dy: number): void;
  /** dragging with the right button: travel since it went down, in CSS pixels */
  windowLevel(phase: 'start' | 'move', dx: number, dy: number): void;
  zoomBy(factor: number, at: InputPoint): void;
  brushBy(factor: number): void;
  left(): void;
  /** Space is held: the pointer pans */
  panning(held: boolean): void;
}

type Drag = { kind: 'none' } | { kind: 'tool' } | { kind: 'pan' | 'window'; x: number; y: number };

const WHEEL_ZOOM = 0.0016;
const BRUSH_STEP = 1.15;
const typing = 'input,textarea,select,button,a,[contenteditable=true],[role=slider],[role=dialog],[role=menu],[role=listbox]';

export class PointerInput {
  private drag: Drag = { kind: 'none' };
  private spaceHeld = false;
  private lastPoint: InputPoint | null = null;
  private readonly abort = new AbortController();

  constructor(
    private readonly element: HTMLElement,
    private readonly listener: InputListener,
  ) {
    const { signal } = this.abort;
    element.addEventListener('pointerdown', (event) => this.onDown(event), { signal });
    element.addEventListener('pointermove', (event) => this.onMove(event), { signal });
    element.addEventListener('pointerup', (event) => this.onUp(event), { signal });
    element.addEventListener('pointercancel', () => this.onLost(), { signal });
    element.addEventListener('lostpointercapture', () => this.onLost(), { signal });
    element.addEventListener('pointerleave', () => this.onLeave(), { signal });
    element.addEventListener('dblclick', (event) => listener.toolDoubleClick(this.pointOf(event)), { signal });
    element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
    element.addEventListener('wheel', (event) => this.onWheel(event), { signal, passive: false });
    // before the shortcuts of the window: Escape and Backspace belong to a shape in progress first
    window.addEventListener('keydown', (event) => this.onKeyDown(event), { signal, capture: true });
    window.addEventListener('keyup', (event) => this.onKeyUp(event), { signal, capture: true });
    window.addEventListener('blur', () => this.releaseSpace(), { signal });
  }

  destroy(): void {
    this.abort.abort();
  }

  private onDown(event: PointerEvent): void {
    if (this.drag.kind !== 'none') return;
    this.element.setPointerCapture(event.pointerId);
    const at = this.pointOf(event);
    if (event.button === 1 || (event.button === 0 && this.spaceHeld)) {
      this.drag = { kind: 'pan', x: event.clientX, y: event.clientY };
      event.preventDefault();
    } else if (event.button === 2) {
      this.drag = { kind: 'window', x: event.clientX, y: event.clientY };
      this.listener.windowLevel('start', 0, 0);
    } else if (event.button === 0) {
      this.drag = { kind: 'tool' };
      this.listener.toolDown(at);
    }
  }

  private onMove(event: PointerEvent): void {
    const drag = this.drag;
    this.lastPoint = this.pointOf(event);
    if (drag.kind === 'pan') {
      this.listener.panBy(event.clientX - drag.x, event.clientY - drag.y);
      this.drag = { kind: 'pan', x: event.clientX, y: event.clientY };
    } else if (drag.kind === 'window') {
      this.listener.windowLevel('move', event.clientX - drag.x, event.clientY - drag.y);
    } else {
      const merged = event.getCoalescedEvents();
      this.listener.toolMove(merged.length > 0 ? merged.map((one) => this.pointOf(one)) : [this.lastPoint]);
    }
  }

  private onUp(event: PointerEvent): void {
    const { kind } = this.drag;
    this.drag = { kind: 'none' };
    if (kind === 'tool') this.listener.toolUp(this.pointOf(event));
  }

  /** The system took the pointer away in mid-stroke. */
  private onLost(): void {
    const { kind } = this.drag;
    this.drag = { kind: 'none' };
    if (kind === 'tool') this.listener.cancel();
  }

  private onLeave(): void {
    if (this.drag.kind !== 'none') return;
    this.lastPoint = null;
    this.listener.left();
  }

  private onWheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    const delta = (event.deltaY || event.deltaX) * lines;
    if (delta === 0) return;
    if (event.altKey) this.listener.brushBy(delta < 0 ? BRUSH_STEP : 1 / BRUSH_STEP);
    else this.listener.zoomBy(Math.exp(-Math.max(-240, Math.min(240, delta)) * WHEEL_ZOOM), this.pointOf(event));
  }

  private onKeyDown(event: KeyboardEvent): void {
    const isTyping = event.target instanceof Element && event.target.closest(typing) !== null;
    if (event.key === 'Escape') {
      if (this.listener.cancel()) swallow(event);
      else if (!isTyping) this.listener.deselect();
      return;
    }
    if (isTyping) return;
    if (event.key === 'Alt') {
      // else the window's menu would take the key
      if (this.lastPoint) event.preventDefault();
      this.moveInPlace(true);
    } else if (event.code === 'Space') {
      event.preventDefault();
      if (!event.repeat) this.holdSpace();
    } else if ((event.key === 'Enter' || event.key === 'Backspace') && this.listener.toolKey(event.key)) {
      swallow(event);
    }
  }

  private onKeyUp(event: KeyboardEvent): void {
    if (event.key === 'Alt') this.moveInPlace(false);
    if (event.code === 'Space') this.releaseSpace();
  }

  private holdSpace(): void {
    this.spaceHeld = true;
    this.listener.panning(true);
  }

  private releaseSpace(): void {
    if (!this.spaceHeld) return;
    this.spaceHeld = false;
    this.listener.panning(false);
  }

  /** A modifier changed what the resting pointer would do. */
  private moveInPlace(alt: boolean): void {
    if (this.lastPoint && this.drag.kind === 'none') this.listener.toolMove([{ ...this.lastPoint, alt }]);
  }

  private pointOf(event: MouseEvent): InputPoint {
    const bounds = this.element.getBoundingClientRect();
    return { screenX: event.clientX - bounds.left, screenY: event.clientY - bounds.top, shift: event.shiftKey, alt: event.altKey };
  }
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
