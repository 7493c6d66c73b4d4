/**
 * Scores of masks against labels, in the two ways of shared/MODELS.md §1.5. `compat` repeats the published procedure
 * bit by bit, with all its oddities; `strict` is the honest one. The training package computes the same figures
 * (models/training, evaluation); the files below models/fixtures/metrics hold both to them.
 */
import { RailscopeError } from '../errors/railscope-error';

/** Pixel counts of one picture, or of many added up. */
export interface OverlapCounts {
  /** foreground in both */
  both: number;
  predicted: number;
  labelled: number;
}

/** Fractions 0…1. PA is foreground recall; NaN where the label is empty. */
export interface MaskScore {
  pa: number;
  iou: number;
  dice: number;
}

/** Added to the denominators of IoU and Dice by the published procedure. */
const EPSILON = 2 ** -52;
const MIN_MAX_EPSILON = 1e-8;
/** Strict masks: at or above is foreground. */
export const STRICT_FOREGROUND = 128;

/**
 * Bilinear, half-pixel centres (`align_corners=False`), edges repeated.
 * @param source row-major, `width * height` values
 */
export function resizeBilinear(source: Float32Array, width: number, height: number, outWidth: number, outHeight: number): Float32Array {
  if (width === outWidth && height === outHeight) return source;
  const columns = sampleAxis(width, outWidth);
  const rows = sampleAxis(height, outHeight);
  const out = new Float32Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    const top = (rows.near[y] ?? 0) * width;
    const bottom = (rows.far[y] ?? 0) * width;
    const down = rows.weight[y] ?? 0;
    for (let x = 0; x < outWidth; x++) {
      const left = columns.near[x] ?? 0;
      const right = columns.far[x] ?? 0;
      const across = columns.weight[x] ?? 0;
      const upper = (source[top + left] ?? 0) * (1 - across) + (source[top + right] ?? 0) * across;
      const lower = (source[bottom + left] ?? 0) * (1 - across) + (source[bottom + right] ?? 0) * across;
      out[y * outWidth + x] = upper * (1 - down) + lower * down;
    }
  }
  return out;
}

function sampleAxis(size: number, outSize: number): { near: Int32Array; far: Int32Array; weight: Float64Array } {
  const near = new Int32Array(outSize);
  const far = new Int32Array(outSize);
  const weight = new Float64Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const at = Math.max(0, ((i + 0.5) * size) / outSize - 0.5);
    near[i] = Math.min(size - 1, Math.floor(at));
    far[i] = Math.min(size - 1, Math.floor(at) + 1);
    weight[i] = at - Math.floor(at);
  }
  return { near, far, weight };
}

/** Stretches a map to its own range in single precision and truncates to 0…255. */
export function minMaxToBytes(map: Float32Array): Uint8Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of map) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = Math.fround(Math.fround(high - low) + MIN_MAX_EPSILON);
  const bytes = new Uint8Array(map.length);
  for (let i = 0; i < map.length; i++) {
    bytes[i] = Math.trunc(Math.fround(Math.fround(Math.fround((map[i] ?? 0) - low) / range) * 255));
  }
  return bytes;
}

/**
 * Otsu's threshold of 8-bit samples: the lowest level t that maximises the variance between the samples at or below t
 * and those above it. 0 where all samples are equal.
 */
export function otsuThreshold(bytes: Uint8Array): number {
  const histogram = new Float64Array(256);
  for (const value of bytes) histogram[value] = (histogram[value] ?? 0) + 1;
  let total = 0;
  for (let level = 0; level < 256; level++) total += level * (histogram[level] ?? 0);

  let best = 0;
  let bestVariance = 0;
  let below = 0;
  let sumBelow = 0;
  for (let level = 0; level < 256; level++) {
    below += histogram[level] ?? 0;
    sumBelow += level * (histogram[level] ?? 0);
    const above = bytes.length - below;
    if (below === 0 || above === 0) continue;
    const difference = sumBelow / below - (total - sumBelow) / above;
    const variance = (below / bytes.length) * (above / bytes.length) * difference * difference;
    if (variance > bestVariance) {
      bestVariance = variance;
      best = level;
    }
  }
  return best;
}

/** 255 above the threshold, 0 at or below it. */
export function binariseAbove(bytes: Uint8Array, threshold: number): Uint8Array {
  return bytes.map((value) => (value > threshold ? 255 : 0));
}

/** The published post-processing of a probability map up to, and without, the JPEG file. */
export function compatBinaryMask(probability: Float32Array): Uint8Array {
  const bytes = minMaxToBytes(probability);
  return binariseAbove(bytes, otsuThreshold(bytes));
}

/**
 * Counts pixels at or above `foreground` (255 = the exactly-255 rule of compat, 128 = strict).
 * @throws masks-mismatch when the masks have different sizes
 */
export function countOverlap(prediction: Uint8Array, label: Uint8Array, foreground: number): OverlapCounts {
  if (prediction.length !== label.length) {
    throw new RailscopeError('masks-mismatch', `the mask has ${prediction.length} pixels, the label ${label.length}`);
  }
  let both = 0;
  let predicted = 0;
  let labelled = 0;
  for (let i = 0; i < label.length; i++) {
    const p = (prediction[i] ?? 0) >= foreground;
    const g = (label[i] ?? 0) >= foreground;
    if (p) predicted++;
    if (g) labelled++;
    if (p && g) both++;
  }
  return { both, predicted, labelled };
}

/** Scores of one picture as the published procedure computes them. */
export function compatScore({ both, predicted, labelled }: OverlapCounts): MaskScore {
  return {
    pa: both / labelled,
    iou: both / (predicted + labelled - both + EPSILON),
    dice: (2 * both) / (predicted + labelled + EPSILON),
  };
}

export interface DatasetScore {
  images: number;
  /** pictures whose label has no foreground */
  emptyLabels: number;
  /** null = undefined (0 / 0) */
  pa: number | null;
  mIoU: number | null;
  mDice: number | null;
  /** part of the pictures with an empty label in which something was predicted; null without such pictures */
  falseAlarmRate: number | null;
}

/** Plain means over pictures. One empty label makes PA undefined, and its IoU and Dice count as 0, as published. */
export function compatDatasetScore(counts: readonly OverlapCounts[]): DatasetScore {
  const scores = counts.map(compatScore);
  return {
    ...emptyLabelFacts(counts),
    pa: finite(mean(scores.map((score) => score.pa))),
    mIoU: finite(mean(scores.map((score) => score.iou))),
    mDice: finite(mean(scores.map((score) => score.dice))),
  };
}

/** Ratios of the pixel counts of all pictures together, those with empty labels included. */
export function strictDatasetScore(counts: readonly OverlapCounts[]): DatasetScore {
  const sum = { both: 0, predicted: 0, labelled: 0 };
  for (const { both, predicted, labelled } of counts) {
    sum.both += both;
    sum.predicted += predicted;
    sum.labelled += labelled;
  }
  return {
    ...emptyLabelFacts(counts),
    pa: finite(sum.both / sum.labelled),
    mIoU: finite(sum.both / (sum.predicted + sum.labelled - sum.both)),
    mDice: finite((2 * sum.both) / (sum.predicted + sum.labelled)),
  };
}

/** Means of the strict ratios over the pictures with a label that is not empty; the others show in the false alarms only. */
export function strictPerImageScore(counts: readonly OverlapCounts[]): DatasetScore {
  const labelled = counts.filter((count) => count.labelled > 0);
  return {
    ...emptyLabelFacts(counts),
    pa: finite(mean(labelled.map(({ both, labelled: area }) => both / area))),
    mIoU: finite(mean(labelled.map(({ both, predicted, labelled: area }) => both / (predicted + area - both)))),
    mDice: finite(mean(labelled.map(({ both, predicted, labelled: area }) => (2 * both) / (predicted + area)))),
  };
}

function emptyLabelFacts(counts: readonly OverlapCounts[]): Pick<DatasetScore, 'images' | 'emptyLabels' | 'falseAlarmRate'> {
  const empty = counts.filter((count) => count.labelled === 0);
  const alarms = empty.filter((count) => count.predicted > 0);
  return { images: counts.length, emptyLabels: empty.length, falseAlarmRate: finite(alarms.length / empty.length) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
