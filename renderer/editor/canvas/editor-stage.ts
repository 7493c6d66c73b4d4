import Konva from 'konva';
import type { Box } from '#shared/geometry/box';
import { imageTileUrl } from '#shared/resource-url';
import { stretchSamples, stretchTable } from '../display/lut';
import type { EditorCommands, EditorState } from '../editor-api';
import type { EditorCore, Viewport } from '../session/editor-core';
import { createTool } from '../tools/toolbox';
import type { Tool, ToolHost, ToolPointer } from '../tools/tool';
import { CanvasView } from './canvas-view';
import { drawSketch } from './draw-sketch';
import { MaskOverlay } from './mask-overlay';
import { samplesAt } from './pick-samples';
import { PointerInput } from './pointer-input';
import type { InputListener, InputPoint } from './pointer-input';
import { ProbabilityPreview } from './probability-preview';
import { SampleLayer } from './sample-layer';
import { toImage } from './view-transform';

/** Above this zoom single pixels are meant to be seen. */
const SMOOTH_UP_TO_ZOOM = 2;

interface Dirty {
  picture: boolean;
  overlay: boolean;
  sketch: boolean;
}
const everything: Dirty = { picture: true, overlay: true, sketch: true };
/** State that changes what lies over the picture. */
const overlayKeys = [
  'maskView',
  'masksVisible',
  'maskOpacity',
  'outlinesOnly',
  'boxesVisible',
  'locale',
  'selectedLabel',
  'thresholdPreview',
  'document',
] as const;

/**
 * The canvas of the open picture. Pointer moves, strokes and view changes stay in here, outside React and zustand: they
 * mark what is dirty, and one animation frame draws it.
 */
export class EditorStage implements Viewport, InputListener {
  readonly view = new CanvasView();
  private readonly stage: Konva.Stage;
  private readonly pictureLayer = new Konva.Layer({ listening: false });
  private readonly overlayLayer = new Konva.Layer({ listening: false });
  private readonly sketchLayer = new Konva.Layer({ listening: false });
  private readonly picture: SampleLayer;
  private readonly preview: ProbabilityPreview;
  private readonly input: PointerInput;
  private readonly endings: (() => void)[];
  private overlay: MaskOverlay | null = null;
  private tool: Tool | null = null;
  private table: { values: Uint8Array; stretch: EditorState['stretch']; bitDepth: number } | null = null;
  private dirty: Dirty = { picture: false, overlay: false, sketch: false };
  private frame = 0;
  private pointer: InputPoint | null = null;
  private stretchAtStart: EditorState['stretch'] | null = null;
  private spacePans = false;

  constructor(
    private readonly container: HTMLDivElement,
    private readonly core: EditorCore,
    private readonly commands: EditorCommands,
  ) {
    this.stage = new Konva.Stage({ container, width: 1, height: 1, listening: false });
    const { tiles } = core.ports;
    const mapSamples: ConstructorParameters<typeof SampleLayer>[1] = (tile, out) =>
      stretchSamples(tile.samples, tile.channels, this.stretchTable(tile.bitDepth), out);
    this.picture = new SampleLayer(tiles, mapSamples, () => this.mark({ picture: true }));
    this.preview = new ProbabilityPreview(tiles, () => this.mark({ overlay: true }));
    this.pictureLayer.add(this.picture.group);
    this.overlayLayer.add(this.preview.group);
    this.sketchLayer.add(new Konva.Shape({ listening: false, sceneFunc: (context) => this.drawSketch(context._context) }));
    this.stage.add(this.pictureLayer, this.overlayLayer, this.sketchLayer);
    this.input = new PointerInput(container, this);
    this.endings = [core.store.subscribe((state, before) => this.onState(state, before)), this.view.onChange(() => this.onViewChange())];
    core.viewport = this;
    this.documentChanged(false);
  }

  destroy(): void {
    this.interrupt();
    if (this.core.viewport === this) this.core.viewport = null;
    cancelAnimationFrame(this.frame);
    for (const end of this.endings) end();
    this.input.destroy();
    this.picture.destroy();
    this.preview.destroy();
    this.stage.destroy();
  }

  resize(width: number, height: number): void {
    if (width < 1 || height < 1) return;
    this.stage.size({ width, height });
    for (const layer of [this.pictureLayer, this.overlayLayer, this.sketchLayer]) layer.getCanvas().setPixelRatio(window.devicePixelRatio);
    this.view.resize({ width, height });
    this.mark(everything);
  }

  documentChanged(isSamePicture: boolean): void {
    const { document } = this.state;
    const header = document?.image.header;
    const { session } = this.core;
    this.overlay?.group.destroy();
    this.overlay = null;
    this.preview.reset();
    this.preview.adopt(this.state);
    this.takeTool();
    this.mark(everything);
    if (!document || !header || !session) {
      this.view.picture = null;
      this.picture.setPicture(null);
      return;
    }
    const { id } = document.image;
    const size = { width: header.width, height: header.height };
    this.picture.setPicture({
      ...size,
      urlPrefix: imageTileUrl(id, 0, 0, 0).slice(0, -'0/0/0'.length),
      urlOf: ({ level, tileX, tileY }) => imageTileUrl(id, level, tileX, tileY),
    });
    this.overlay = new MaskOverlay(this.core, session, getComputedStyle(this.container).fontFamily);
    this.overlayLayer.add(this.overlay.group);
    if (!isSamePicture || !this.view.picture) this.view.show(size);
  }

  pixelsChanged(box: Box): void {
    this.overlay?.pixelsChanged(box);
    this.mark({ overlay: true });
  }

  defectsChanged(): void {
    this.overlay?.defectsChanged();
    this.mark({ overlay: true });
  }

  interrupt(): boolean {
    const busy = this.tool?.busy ?? false;
    this.tool?.cancel?.();
    if (busy) this.mark({ sketch: true });
    return busy;
  }

  stepBack(): boolean {
    if (!this.tool?.busy) return false;
    if (!this.tool.key?.('Backspace')) this.tool.cancel?.();
    this.mark({ sketch: true });
    return true;
  }

  fit(): void {
    this.view.fit();
  }

  actualSize(): void {
    this.view.zoomBy(1 / this.view.view.zoom);
  }

  reveal(box: Box): void {
    this.view.reveal(box);
  }

  zoomBy(factor: number, at?: InputPoint): void {
    this.view.zoomBy(factor, at && { x: at.screenX, y: at.screenY });
  }

  toolDown(at: InputPoint): void {
    if (this.usable()) this.tool?.down(this.inImage(at));
    this.mark({ sketch: true });
  }

  toolMove(path: InputPoint[]): void {
    this.pointer = path.at(-1) ?? null;
    if (this.usable()) this.tool?.move?.(path.map((at) => this.inImage(at)));
    this.mark({ sketch: true });
  }

  toolUp(at: InputPoint): void {
    if (this.usable()) this.tool?.up?.(this.inImage(at));
    this.mark({ sketch: true });
  }

  toolDoubleClick(at: InputPoint): void {
    if (this.usable()) this.tool?.doubleClick?.(this.inImage(at));
    this.mark({ sketch: true });
  }

  toolKey(key: 'Enter' | 'Backspace'): boolean {
    this.mark({ sketch: true });
    return this.tool?.key?.(key) ?? false;
  }

  cancel(): boolean {
    return this.interrupt();
  }

  deselect(): void {
    this.commands.select(null);
  }

  panBy(dx: number, dy: number): void {
    this.view.panBy(dx, dy);
  }

  windowLevel(phase: 'start' | 'move', dx: number, dy: number): void {
    if (phase === 'start') this.stretchAtStart = this.state.stretch;
    const start = this.stretchAtStart;
    if (phase === 'start' || !start) return;
    const span = start.high - start.low;
    const width = span * Math.exp(dx / 250);
    const level = (start.low + start.high) / 2 + (dy * span) / 300;
    this.commands.setStretch({ low: level - width / 2, high: level + width / 2 });
  }

  brushBy(factor: number): void {
    const { sizePx } = this.state.brush;
    const next = Math.round(sizePx * factor);
    this.commands.setBrush({ sizePx: next === sizePx ? sizePx + Math.sign(factor - 1) : next });
  }

  left(): void {
    this.pointer = null;
    this.core.store.setState({ cursor: null });
    this.mark({ sketch: true });
  }

  panning(held: boolean): void {
    this.spacePans = held;
    this.container.dataset['pan'] = String(held);
    this.mark({ sketch: true });
  }

  private get state(): EditorState {
    return this.core.store.getState();
  }

  private onViewChange(): void {
    const { zoom, x, y } = this.view.view;
    this.container.dataset['view'] = `${zoom},${x},${y}`;
    if (this.state.zoom !== zoom) this.core.store.setState({ zoom });
    this.mark(everything);
  }

  private onState(state: EditorState, before: EditorState): void {
    if (state.tool !== before.tool) this.takeTool();
    if (state.brush !== before.brush) this.mark({ sketch: true });
    if (state.stretch !== before.stretch) {
      this.picture.remap();
      this.mark({ picture: true });
    }
    if (state.thresholdPreview !== before.thresholdPreview) this.preview.adopt(state);
    if (overlayKeys.some((key) => state[key] !== before[key])) {
      this.overlay?.stateChanged(state);
      this.mark({ overlay: true });
    }
  }

  private mark(dirty: Partial<Dirty>): void {
    this.dirty = { ...this.dirty, ...dirty };
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = 0;
    const dirty = this.dirty;
    this.dirty = { picture: false, overlay: false, sketch: false };
    if (this.view.canvas.width === 0) return;
    if (dirty.picture) this.drawPicture();
    if (dirty.overlay) this.drawOverlay();
    if (dirty.sketch) {
      this.sketchLayer.draw();
      this.tellCursor();
    }
  }

  private drawPicture(): void {
    const { view, canvas } = this.view;
    const complete = this.picture.update(view, canvas, window.devicePixelRatio);
    this.pictureLayer.imageSmoothingEnabled(view.zoom <= SMOOTH_UP_TO_ZOOM);
    this.pictureLayer.draw();
    if (!complete) this.mark({ picture: true });
  }

  private drawOverlay(): void {
    const { view, canvas } = this.view;
    const previewed = this.preview.update(view, canvas, window.devicePixelRatio);
    this.overlayLayer.imageSmoothingEnabled(MaskOverlay.isSmooth(view.zoom));
    const complete = this.overlay?.update(view, canvas, window.devicePixelRatio) ?? true;
    this.overlayLayer.draw();
    if (!complete || !previewed) this.mark({ overlay: true });
  }

  private drawSketch(context: CanvasRenderingContext2D): void {
    const sketch = this.pointer || this.tool?.busy ? this.tool?.sketch?.() : null;
    if (sketch && this.usable() && !this.spacePans) drawSketch(context, this.view.view, sketch);
  }

  private tellCursor(): void {
    const { document, cursor } = this.state;
    const { picture } = this.view;
    if (!this.pointer || !picture || !document) return;
    const at = this.inImage(this.pointer);
    const x = Math.floor(at.x);
    const y = Math.floor(at.y);
    if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) {
      if (cursor) this.core.store.setState({ cursor: null });
      return;
    }
    const values = samplesAt(this.core.ports.tiles, document.image.id, picture, x, y);
    if (cursor?.x !== x || cursor.y !== y || cursor.values.length !== values.length) this.core.store.setState({ cursor: { x, y, values } });
  }

  private takeTool(): void {
    this.tool?.cancel?.();
    const { session } = this.core;
    this.tool = session ? createTool(this.state.tool, this.toolHost(session)) : null;
    this.container.dataset['tool'] = this.state.tool;
    this.mark({ sketch: true });
  }

  private toolHost(session: ToolHost['session']): ToolHost {
    return {
      session,
      settings: () => {
        const { brush, activeClass, selectedLabel } = this.state;
        return { brush, activeClass, selectedLabel, zoom: this.view.view.zoom };
      },
      select: (label) => this.commands.select(label),
      zoomToDefect: (label) => this.commands.select(label, { reveal: true }),
      panBy: (dx, dy) => this.view.panBy(dx, dy),
      setRegion: (box) => this.setRegion(box),
    };
  }

  /** A drawn region is done with its tool. */
  private setRegion(box: Box): void {
    this.commands
      .setRegion('manual', box)
      .then(() => this.commands.setTool('select'))
      .catch((error: unknown) => this.core.tellFailure(error));
  }

  private usable(): boolean {
    return this.tool !== null && (!this.tool.edits || this.core.isEditable());
  }

  private inImage(at: InputPoint): ToolPointer {
    return { ...toImage(this.view.view, at.screenX, at.screenY), shift: at.shift, alt: at.alt };
  }

  private stretchTable(bitDepth: 8 | 16): Uint8Array {
    const { stretch } = this.state;
    if (this.table?.stretch !== stretch || this.table.bitDepth !== bitDepth)
      this.table = { values: stretchTable(stretch, bitDepth), stretch, bitDepth };
    return this.table.values;
  }
}
