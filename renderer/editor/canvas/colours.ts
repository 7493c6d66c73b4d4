import { defectClass } from '#shared/domain/defect-classes';
import type { Defect } from '#shared/domain/defect';
import { MAX_LABEL } from '#shared/masks/types';

/** From the colour-blind-safe set; also shown in the legend. */
export const differenceColours = { both: '#1FC296', onlyModel: '#56B4E9', onlyHuman: '#E69F00' } as const;
export const previewColour = '#F0E442';

/** '#rrggbb' as a canvas pixel (little endian ABGR). */
export function pixelOf(hex: string, alpha = 255): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  const red = (rgb >> 16) & 255;
  const green = (rgb >> 8) & 255;
  const blue = rgb & 255;
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Fill colours by label; rejected defects are only hinted at, labels without a defect stay clear. */
export function fillPalette(defects: readonly Defect[]): Uint32Array {
  const palette = new Uint32Array(MAX_LABEL + 1);
  for (const defect of defects)
    palette[defect.label] = pixelOf(defectClass(defect.classCode).colour, defect.decision === 'rejected' ? 50 : 255);
  return palette;
}

/** 1 for labels that count as a defect. */
export function countingLabels(defects: readonly Defect[]): Uint8Array {
  const counts = new Uint8Array(MAX_LABEL + 1);
  for (const defect of defects) if (defect.decision !== 'rejected') counts[defect.label] = 1;
  return counts;
}
