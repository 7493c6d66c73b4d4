import type { Defect, MaskLayer } from '#shared/domain/defect';
import type { EditorCore } from './editor-core';
import { mergeThreshold } from './merge-threshold';

/** Moving the probability threshold: a preview while dragging, one step when applied. */
export class ThresholdControl {
  private ticket = 0;

  constructor(private readonly core: EditorCore) {}

  preview(value: number | null): void {
    this.core.store.setState({ thresholdPreview: value });
  }

  /** The latest call wins. @throws RailscopeError when the network's answer cannot be had */
  async apply(value: number): Promise<void> {
    const { core } = this;
    const { session } = core;
    const { document } = core.store.getState();
    if (!session || !document || !core.isEditable()) return;
    const ticket = ++this.ticket;
    const isLatest = (): boolean => ticket === this.ticket && core.session === session;
    try {
      const [layer, proposals] = await Promise.all([this.layerAt(value), this.presentProposals()]);
      if (!isLatest() || !core.isEditable()) return;
      core.viewport?.interrupt();
      session.reserveLabels(layer.defects.map((defect) => defect.label));
      const { tiles, edits } = mergeThreshold(session, layer, proposals, () => session.freshLabel());
      session.replaceAll('threshold', tiles, edits, value);
    } finally {
      if (isLatest()) this.preview(null);
    }
  }

  private async layerAt(threshold: number): Promise<MaskLayer> {
    const { document } = this.core.store.getState();
    if (!document) return { tiles: [], defects: [] };
    return this.core.ports.rethreshold(document.image.id, threshold, document.inference?.minimumAreaPx ?? 0);
  }

  /** What the network says at the threshold that the review mask was made with. */
  private async presentProposals(): Promise<readonly Defect[]> {
    const { document } = this.core.store.getState();
    const threshold = document?.threshold ?? null;
    if (threshold === null || threshold === document?.inference?.threshold) return this.core.model?.defects ?? [];
    return (await this.layerAt(threshold)).defects;
  }
}
