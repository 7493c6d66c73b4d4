import type { Box } from '#shared/geometry/box';
import { centred, clampView, fitBox, fitView, toImage, zoomAt } from './view-transform';
import type { Size, View } from './view-transform';

const REVEAL_MARGIN_PX = 90;
const MOST_REVEAL_ZOOM = 4;

/** Which part of the picture the canvas shows. Wishes that come before the canvas has a size wait for it. */
export class CanvasView {
  view: View = { zoom: 1, x: 0, y: 0 };
  canvas: Size = { width: 0, height: 0 };
  /** null = nothing open; the last view is kept for a following picture of the same size */
  picture: Size | null = null;
  private lastSize: Size | null = null;
  private whenSized: (() => void) | null = null;
  private readonly listeners = new Set<(view: View, canvas: Size) => void>();

  /** @returns a function that ends it; called at once and after every change */
  onChange(listener: (view: View, canvas: Size) => void): () => void {
    this.listeners.add(listener);
    listener(this.view, this.canvas);
    return () => void this.listeners.delete(listener);
  }

  /** Shows a picture: as the last one if it had the same size, else whole. */
  show(picture: Size): void {
    const sameSize = this.lastSize?.width === picture.width && this.lastSize.height === picture.height;
    this.picture = picture;
    this.lastSize = picture;
    if (sameSize) this.set(this.view);
    else this.fit();
  }

  /** The picture stays centred on what it was centred on. */
  resize(canvas: Size): void {
    const centre = toImage(this.view, this.canvas.width / 2, this.canvas.height / 2);
    const first = this.canvas.width === 0;
    this.canvas = canvas;
    const waiting = this.whenSized;
    this.whenSized = null;
    if (first && waiting) waiting();
    else this.set(centred(centre.x, centre.y, this.view.zoom, canvas));
  }

  fit(): void {
    this.withPicture((picture) => this.set(fitView(picture, this.canvas)));
  }

  /** Brings a part into the middle, no closer than what makes it well visible or the present zoom. */
  reveal(box: Box): void {
    this.withPicture(() => this.set(fitBox(box, this.canvas, REVEAL_MARGIN_PX, Math.max(this.view.zoom, MOST_REVEAL_ZOOM))));
  }

  centreOn(x: number, y: number): void {
    this.withPicture(() => this.set(centred(x, y, this.view.zoom, this.canvas)));
  }

  panBy(dx: number, dy: number): void {
    this.set({ ...this.view, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** @param at screen point that stays; the middle of the canvas when absent */
  zoomBy(factor: number, at?: { x: number; y: number }): void {
    this.withPicture((picture) => {
      const { x, y } = at ?? { x: this.canvas.width / 2, y: this.canvas.height / 2 };
      this.set(zoomAt(this.view, factor, x, y, picture, this.canvas));
    });
  }

  private withPicture(act: (picture: Size) => void): void {
    const { picture } = this;
    if (!picture) return;
    if (this.canvas.width === 0) this.whenSized = () => act(picture);
    else act(picture);
  }

  private set(view: View): void {
    if (!this.picture || this.canvas.width === 0) return;
    this.view = clampView(view, this.picture, this.canvas);
    for (const listener of this.listeners) listener(this.view, this.canvas);
  }
}
