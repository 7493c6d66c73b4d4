import { describe, expect, it } from 'vitest';
import { summariseLatency } from './latency';

describe('summariseLatency', () => {
  it('gives mean, median, deviation, extremes and the nearest-rank percentile', () => {
    const runs = Array.from({ length: 20 }, (_, index) => 20 - index);
    expect(summariseLatency(runs)).toMatchObject({ runs: 20, meanMs: 10.5, medianMs: 10.5, minMs: 1, maxMs: 20, p95Ms: 19 });
    expect(summariseLatency([2, 4, 9])).toMatchObject({ medianMs: 4, meanMs: 5, p95Ms: 9, stdMs: Math.sqrt(13) });
    expect(summariseLatency([7])).toMatchObject({ meanMs: 7, stdMs: 0, p95Ms: 7 });
    expect(() => summariseLatency([])).toThrow(RangeError);
  });
});
