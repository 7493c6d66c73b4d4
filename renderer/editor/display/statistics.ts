import type { Box } from '#shared/geometry/box';
import { intersectBoxes } from '#shared/geometry/box';
import type { RawSamples } from '../canvas/tile-source';

/** How often each sample value occurs; three channels count together. */
export interface SampleCounts {
  counts: Uint32Array;
  total: number;
}

/**
 * @param tile the whole picture at a coarse pyramid level
 * @param box the part to count, in pixels of that tile; null or outside = all
 */
export function countSamples(tile: RawSamples, box: Box | null): SampleCounts {
  const counts = new Uint32Array(tile.bitDepth === 8 ? 256 : 65_536);
  const whole = { x: 0, y: 0, width: tile.width, height: tile.height };
  const part = (box && intersectBoxes(box, whole)) ?? whole;
  for (let y = part.y; y < part.y + part.height; y++) {
    const start = (y * tile.width + part.x) * tile.channels;
    for (let i = start; i < start + part.width * tile.channels; i++) {
      const value = tile.samples[i] ?? 0;
      counts[value] = (counts[value] ?? 0) + 1;
    }
  }
  return { counts, total: part.width * part.height * tile.channels };
}

/** The smallest value that at least `fraction` of the samples do not exceed. */
export function percentile({ counts, total }: SampleCounts, fraction: number): number {
  const wanted = Math.max(1, fraction * total);
  let sum = 0;
  for (let value = 0; value < counts.length; value++) {
    sum += counts[value] ?? 0;
    if (sum >= wanted) return value;
  }
  return counts.length - 1;
}

export function meanSample({ counts, total }: SampleCounts): number {
  let sum = 0;
  counts.forEach((count, value) => (sum += count * value));
  return total === 0 ? 0 : sum / total;
}

/**
 * @param from first value of the first bar
 * @param to value just above the last bar
 * @returns bar heights 0…1 on a square-root scale, so that thin tails stay visible
 */
export function histogramBars({ counts }: SampleCounts, bars: number, from: number, to: number): number[] {
  const sums = new Array<number>(bars).fill(0);
  for (let value = Math.max(0, from); value < Math.min(counts.length, to); value++) {
    const bar = Math.min(bars - 1, Math.floor(((value - from) / (to - from)) * bars));
    sums[bar] = (sums[bar] ?? 0) + (counts[value] ?? 0);
  }
  const highest = Math.max(1, ...sums);
  return sums.map((sum) => Math.sqrt(sum / highest));
}
