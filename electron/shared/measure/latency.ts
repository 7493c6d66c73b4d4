/** Statistics of timed runs. */

export interface Latency {
  runs: number;
  meanMs: number;
  medianMs: number;
  /** of the sample (n − 1); 0 for a single run */
  stdMs: number;
  minMs: number;
  maxMs: number;
  /** nearest rank */
  p95Ms: number;
}

/** @param runsMs at least one @throws RangeError for none */
export function summariseLatency(runsMs: readonly number[]): Latency {
  const sorted = [...runsMs].sort((a, b) => a - b);
  const count = sorted.length;
  const minMs = sorted[0];
  const maxMs = sorted[count - 1];
  if (minMs === undefined || maxMs === undefined) throw new RangeError('no runs');
  const meanMs = sorted.reduce((sum, value) => sum + value, 0) / count;
  const squares = sorted.reduce((sum, value) => sum + (value - meanMs) ** 2, 0);
  const middle = count >> 1;
  const medianMs = count % 2 === 1 ? (sorted[middle] ?? minMs) : ((sorted[middle - 1] ?? minMs) + (sorted[middle] ?? maxMs)) / 2;
  return {
    runs: count,
    meanMs,
    medianMs,
    stdMs: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
    minMs,
    maxMs,
    p95Ms: sorted[Math.ceil(0.95 * count) - 1] ?? maxMs,
  };
}
