/** Weights of separable linear resampling, computed once for each pair of lengths. */

/** Target sample `t` = Σ over `tap` of weights[t × taps + tap] × source[starts[t] + tap]; indices are to be clamped. */
export interface Resampler {
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly taps: number;
  /** may lie outside 0…sourceLength − 1 at the ends: clamp (replicate the edge) */
  readonly starts: Int32Array;
  readonly weights: Float32Array;
}

/**
 * Triangle filter with pixel centres at half positions (`align_corners` off). Where it shrinks, the triangle is widened
 * by the ratio, so that no source pixel is skipped; where it enlarges this is plain bilinear interpolation.
 */
export function triangleResampler(sourceLength: number, targetLength: number): Resampler {
  const ratio = sourceLength / targetLength;
  const radius = Math.max(1, ratio);
  // as many whole positions as can lie strictly between centre − radius and centre + radius
  const taps = Math.ceil(2 * radius);
  const starts = new Int32Array(targetLength);
  const weights = new Float32Array(targetLength * taps);
  for (let target = 0; target < targetLength; target++) {
    const centre = (target + 0.5) * ratio - 0.5;
    const start = Math.floor(centre - radius) + 1;
    starts[target] = start;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += triangle(start + tap - centre, radius);
    for (let tap = 0; tap < taps; tap++) weights[target * taps + tap] = triangle(start + tap - centre, radius) / sum;
  }
  return { sourceLength, targetLength, taps, starts, weights };
}

function triangle(distance: number, radius: number): number {
  return Math.max(0, 1 - Math.abs(distance) / radius);
}
