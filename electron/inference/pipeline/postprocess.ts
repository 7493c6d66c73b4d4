import type { Box } from '#shared/geometry/box';
import { findComponents, type ComponentRuns } from '#shared/masks/connected-components';
import { tilesOfRuns } from '#shared/masks/label-tiles';
import { MAX_LABEL } from '#shared/masks/types';
import type { Detections, DetectOptions } from './output-pass';

export interface PostprocessOptions extends DetectOptions {
  classCode: string;
}

/**
 * Thresholds a probability map and makes instances of its components. The same bytes, threshold and area always give
 * the same result, so that a live threshold agrees with the first run. A pixel is defect where its byte is at or above
 * threshold × 255.
 * @param map probability × 255 of the pixels of `box`, row-major
 * @param box where the map lies in the picture
 */
export function detect(map: Uint8Array, box: Box, { threshold, minimumAreaPx, classCode }: PostprocessOptions): Detections {
  const found = findComponents(map, box.width, box.height, thresholdByte(threshold));
  const labels = labelComponents(found, minimumAreaPx);
  const instances = found.components.flatMap((component, index) => {
    const label = labels[index] ?? 0;
    if (label === 0) return [];
    const { areaPx, sum } = component;
    const place = { ...component.box, x: component.box.x + box.x, y: component.box.y + box.y };
    return [{ label, classCode, score: sum / areaPx / 255, box: place, areaPx }];
  });
  const label = (run: number): number => labels[found.owners[run] ?? 0] ?? 0;
  return {
    instances,
    tiles: () =>
      tilesOfRuns({
        runCount: found.runCount,
        row: (run) => (found.rows[run] ?? 0) + box.y,
        start: (run) => (found.starts[run] ?? 0) + box.x,
        end: (run) => (found.ends[run] ?? 0) + box.x,
        label,
      }),
    binaryMask: (width, height) => {
      const mask = new Uint8Array(width * height);
      for (let run = 0; run < found.runCount; run++) {
        if (label(run) === 0) continue;
        const from = ((found.rows[run] ?? 0) + box.y) * width + box.x;
        mask.fill(255, from + (found.starts[run] ?? 0), from + (found.ends[run] ?? 0));
      }
      return mask;
    },
  };
}

/** The smallest byte that counts as defect; at least 1, so that a threshold of 0 does not mark where nothing was run. */
function thresholdByte(threshold: number): number {
  // products such as 0.6 × 255 may come out a hair too large
  return Math.max(1, Math.ceil(threshold * 255 - 1e-9));
}

/** Labels 1, 2, … in scan order for the components that are large enough; 0 for the others. */
function labelComponents(found: ComponentRuns, minimumAreaPx: number): Uint16Array {
  const { components } = found;
  const kept = components.map((component, index) => ({ index, areaPx: component.areaPx })).filter(({ areaPx }) => areaPx >= minimumAreaPx);
  // a stable sort: of equal areas the first in scan order stay
  const largest = kept.length > MAX_LABEL ? kept.sort((a, b) => b.areaPx - a.areaPx).slice(0, MAX_LABEL) : kept;
  const labels = new Uint16Array(components.length);
  largest
    .map(({ index }) => index)
    .sort((a, b) => a - b)
    .forEach((index, at) => (labels[index] = at + 1));
  return labels;
}
