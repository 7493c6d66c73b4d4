import Konva from 'konva';
import type { Defect } from '#shared/domain/defect';
import type { Box } from '#shared/geometry/box';
import type { EditorState } from '../editor-api';
import type { EditorCore } from '../session/editor-core';
import type { MaskStore } from '../masks/mask-store';
import { drawBoxes, framedDefects } from './draw-boxes';
import { countingLabels, differenceColours, fillPalette, pixelOf } from './colours';
import { drawDifferenceOutlines, drawOutlines, drawRegion, drawSelection } from './draw-outlines';
import { FillLayer } from './fill-layer';
import { OutlineCache } from './outline-cache';
import { paintDifference, paintLabels } from './paint-labels';
import { visiblePart } from './view-transform';
import type { Size, View } from './view-transform';

/** Time for tracing outlines in one frame. */
const TRACE_MS = 8;
/** Below this zoom the fill is smoothed like the picture; above, mask pixels stay square. */
const SQUARE_FROM_ZOOM = 1;

/** Everything of one open picture that is drawn over it: fills, outlines, selection, region. */
export class MaskOverlay {
  readonly group = new Konva.Group({ listening: false });
  private readonly fill: FillLayer;
  private readonly outlines = new Map<MaskStore, OutlineCache>();
  private readonly picture: Size;
  private palette: Uint32Array = new Uint32Array(0);
  private counts: Uint8Array = new Uint8Array(0);
  private defects: ReadonlyMap<number, Defect> = new Map();
  private state: EditorState;
  private view: View = { zoom: 1, x: 0, y: 0 };
  private part: Box = { x: 0, y: 0, width: 0, height: 0 };
  private canvas: Size = { width: 0, height: 0 };

  constructor(
    private readonly core: EditorCore,
    session: { mask: MaskStore },
    private readonly fontFamily: string,
  ) {
    this.picture = { width: session.mask.widthPx, height: session.mask.heightPx };
    this.state = core.store.getState();
    this.fill = new FillLayer((place, part, out) => this.paint(place, part, out), this.picture);
    this.group.add(this.fill.group);
    this.group.add(
      new Konva.Shape({ listening: false, perfectDrawEnabled: false, sceneFunc: (context) => this.drawLines(context._context) }),
    );
    this.defectsChanged();
  }

  pixelsChanged(box: Box): void {
    this.fill.invalidate(box);
    for (const cache of this.outlines.values()) cache.invalidate(box);
  }

  /** Classes, decisions, or which mask is shown changed. */
  defectsChanged(): void {
    const defects = this.shownDefects();
    this.defects = new Map(defects.map((defect) => [defect.label, defect]));
    this.palette = fillPalette(defects);
    this.counts = countingLabels(this.core.session?.defects ?? []);
    for (const cache of this.outlines.values()) cache.restyle();
    this.fill.invalidateAll();
  }

  stateChanged(state: EditorState): void {
    const other = state.maskView !== this.state.maskView;
    this.state = state;
    if (other) this.defectsChanged();
  }

  /** @returns whether everything is up to date; else another frame is needed */
  update(view: View, canvas: Size, pixelRatio: number): boolean {
    this.view = view;
    this.part = visiblePart(view, this.picture, canvas);
    this.canvas = canvas;
    const { masksVisible, outlinesOnly, thresholdPreview, maskOpacity } = this.state;
    const filled = masksVisible && !outlinesOnly && thresholdPreview === null;
    this.fill.group.visible(filled);
    this.fill.group.opacity(maskOpacity);
    if (filled) this.fill.update(view, canvas, pixelRatio);
    if (!masksVisible) return true;
    const deadlineMs = performance.now() + TRACE_MS;
    return this.lineMasks().every((mask) => this.outlinesOf(mask).prepare(this.part, deadlineMs));
  }

  static isSmooth(zoom: number): boolean {
    return zoom < SQUARE_FROM_ZOOM;
  }

  private shownDefects(): readonly Defect[] {
    if (this.state.maskView === 'model') return this.core.model?.defects ?? [];
    return this.core.session?.defects ?? [];
  }

  private paint(...[place, part, out]: Parameters<ConstructorParameters<typeof FillLayer>[0]>): void {
    const { session, model } = this.core;
    const human = session?.mask;
    const humanTiles = (tileX: number, tileY: number): Uint16Array | undefined => human?.tileLabels(tileX, tileY);
    const modelTiles = (tileX: number, tileY: number): Uint16Array | undefined => model?.mask.tileLabels(tileX, tileY);
    if (this.state.maskView === 'difference') {
      const { both, onlyModel, onlyHuman } = differenceColours;
      const colours = { both: pixelOf(both), onlyModel: pixelOf(onlyModel), onlyHuman: pixelOf(onlyHuman) };
      paintDifference(place, part, humanTiles, modelTiles, this.counts, colours, out);
    } else {
      paintLabels(place, part, this.state.maskView === 'model' ? modelTiles : humanTiles, this.palette, out);
    }
  }

  private drawLines(context: CanvasRenderingContext2D): void {
    const { document, masksVisible, selectedLabel, maskView } = this.state;
    const box = document?.region.box;
    if (box) drawRegion(context, this.view, this.picture, box);
    if (!masksVisible) return;
    this.drawDefectLines(context);
    const selected = selectedLabel === null ? null : this.core.session?.defect(selectedLabel);
    const mask = this.core.session?.mask;
    if (maskView !== 'difference') this.drawBoxes(context);
    if (selected && mask && maskView !== 'model') drawSelection(context, this.view, this.part, this.outlinesOf(mask), selected);
  }

  private drawBoxes(context: CanvasRenderingContext2D): void {
    const { document, boxesVisible, thresholdPreview, selectedLabel, locale } = this.state;
    if (!boxesVisible || document?.inference?.kind !== 'instances') return;
    const framed = framedDefects(this.shownDefects(), thresholdPreview, selectedLabel);
    drawBoxes(context, this.view, this.canvas, framed, { locale, selectedLabel, fontFamily: this.fontFamily });
  }

  private drawDefectLines(context: CanvasRenderingContext2D): void {
    const { session, model } = this.core;
    if (this.state.maskView === 'difference' && session) {
      const modelLines = model && this.outlinesOf(model.mask);
      drawDifferenceOutlines(context, this.view, this.part, modelLines, this.outlinesOf(session.mask));
      return;
    }
    for (const mask of this.lineMasks()) drawOutlines(context, this.view, this.part, this.outlinesOf(mask), this.defects);
  }

  /** The masks whose outlines are shown. */
  private lineMasks(): MaskStore[] {
    const { session, model } = this.core;
    const { maskView } = this.state;
    const masks = [maskView === 'model' ? null : session?.mask, maskView === 'review' ? null : model?.mask];
    return masks.filter((mask) => mask != null);
  }

  private outlinesOf(mask: MaskStore): OutlineCache {
    const cache = this.outlines.get(mask) ?? new OutlineCache(mask);
    this.outlines.set(mask, cache);
    return cache;
  }
}
