/** From the candidates of one run to its detections: threshold, clip, suppression. Kernels: typed arrays in, a short list out. */
import { iouOf, type Corners } from './corners';

/** The outputs of one run of the network that say what is where. */
export interface CandidateArrays {
  /** N × 4: left, top, right, bottom in input pixels */
  readonly boxes: Float32Array;
  /** N scores before the square root */
  readonly scores: Float32Array;
  /** N class indices */
  readonly classes: Float32Array;
}

export interface Candidate {
  /** row of the network's outputs */
  readonly index: number;
  readonly classIndex: number;
  /** the square root of the network's score, 0…1 */
  readonly score: number;
  /** in input pixels, clipped */
  readonly box: Corners;
}

/**
 * The candidates above `preScore`, best first (of equal scores the earlier row), with their boxes clipped to the part
 * of the input that shows the picture. Rows without a box there, or with values that are no numbers, are left out.
 */
export function readCandidates(
  { boxes, scores, classes }: CandidateArrays,
  limits: { width: number; height: number },
  preScore: number,
): Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] ?? 0;
    if (!(score > preScore)) continue;
    const at = index * 4;
    const box = {
      x0: clip(boxes[at], limits.width),
      y0: clip(boxes[at + 1], limits.height),
      x1: clip(boxes[at + 2], limits.width),
      y1: clip(boxes[at + 3], limits.height),
    };
    if (box.x1 > box.x0 && box.y1 > box.y0)
      found.push({ index, classIndex: Math.round(classes[index] ?? 0), score: Math.sqrt(Math.min(1, score)), box });
  }
  return found.sort((a, b) => b.score - a.score);
}

/**
 * Greedy suppression per class: a candidate goes when a better one of its class overlaps it by more than `iouLimit`.
 * @param candidates best first
 * @returns at most `maximum`, best first
 */
export function suppress(candidates: readonly Candidate[], iouLimit: number, maximum: number): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (kept.length === maximum) break;
    const isRepeated = kept.some((better) => better.classIndex === candidate.classIndex && iouOf(better.box, candidate.box) > iouLimit);
    if (!isRepeated) kept.push(candidate);
  }
  return kept;
}

/** NaN stays NaN, and every comparison with it is false. */
function clip(value: number | undefined, limit: number): number {
  return Math.min(limit, Math.max(0, value ?? NaN));
}
