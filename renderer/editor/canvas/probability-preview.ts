import { probabilityTileUrl } from '#shared/resource-url';
import { thresholdSamples } from '../display/lut';
import type { EditorState } from '../editor-api';
import { pixelOf, previewColour } from './colours';
import { SampleLayer } from './sample-layer';
import type { TileSource } from './tile-source';
import type { Size, View } from './view-transform';

const PREVIEW_ALPHA = 150;

/** What the mask would be at the threshold being dragged, from the probability tiles. They are fetched only while it shows. */
export class ProbabilityPreview {
  private readonly layer: SampleLayer;
  private threshold: number | null = null;

  constructor(tiles: TileSource, tileArrived: () => void) {
    const colour = pixelOf(previewColour, PREVIEW_ALPHA);
    this.layer = new SampleLayer(
      tiles,
      (tile, out) => thresholdSamples(tile.samples, this.threshold ?? Infinity, colour, out),
      tileArrived,
    );
  }

  get group(): SampleLayer['group'] {
    return this.layer.group;
  }

  /** The map may have been computed anew. */
  reset(): void {
    this.layer.clear();
  }

  adopt({ document, thresholdPreview }: EditorState): void {
    const header = document?.inference?.probabilityBox ? document.image.header : null;
    this.threshold = header ? thresholdPreview : null;
    this.layer.remap();
    this.layer.group.visible(this.threshold !== null);
    if (!document || !header || this.threshold === null) {
      this.layer.setPicture(null);
      return;
    }
    const { id } = document.image;
    this.layer.setPicture({
      width: header.width,
      height: header.height,
      urlPrefix: probabilityTileUrl(id, 0, 0, 0).slice(0, -'0/0/0'.length),
      urlOf: ({ level, tileX, tileY }) => probabilityTileUrl(id, level, tileX, tileY),
    });
  }

  /** @returns whether it is all on screen; else another frame is needed */
  update(view: View, canvas: Size, pixelRatio: number): boolean {
    return this.threshold === null || this.layer.update(view, canvas, pixelRatio);
  }

  destroy(): void {
    this.layer.destroy();
  }
}
