import { describe, expect, it } from 'vitest';
import { decodeRuns, encodeRuns } from './tile-blob';

describe('stored runs', () => {
  it.each([[[]], [[0, 65_536]], [[1, 127, 128, 16_383, 65_535, 16_384, 0, 32_642]], [[0xffffffff, 1]]])(
    'come back as they were: %j',
    (runs) => {
      expect([...decodeRuns(encodeRuns(Uint32Array.from(runs)))]).toEqual(runs);
    },
  );

  it('take one byte for small numbers', () => {
    expect(encodeRuns(Uint32Array.of(1, 127))).toHaveLength(2);
  });

  it('are refused when cut off', () => {
    expect(() => decodeRuns(encodeRuns(Uint32Array.of(1, 300)).slice(0, 2))).toThrow(expect.objectContaining({ code: 'project-corrupt' }));
  });
});
