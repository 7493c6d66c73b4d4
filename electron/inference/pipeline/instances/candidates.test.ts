import { describe, expect, it } from 'vitest';
import { readCandidates, suppress, type Candidate } from './candidates';
import { iouOf } from './corners';

const limits = { width: 100, height: 50 };

describe('readCandidates', () => {
  it('takes what is above the threshold, best first, with square roots and clipped boxes', () => {
    const arrays = {
      boxes: Float32Array.from([-5, 10, 20, 60, 0, 0, 10, 10, 30, 30, 120, 40, 1, 1, 2, 2]),
      scores: Float32Array.from([0.36, 0.05, 0.81, 0.81]),
      classes: Float32Array.from([0, 1, 2.0000002, 1]),
    };
    const found = readCandidates(arrays, limits, Math.fround(0.05));
    expect(found.map(({ index, classIndex }) => [index, classIndex])).toEqual([
      [2, 2],
      [3, 1],
      [0, 0],
    ]);
    expect(found[2]?.box).toEqual({ x0: 0, y0: 10, x1: 20, y1: 50 });
    expect(found[0]?.box).toEqual({ x0: 30, y0: 30, x1: 100, y1: 40 });
    expect(found.map(({ score }) => Math.round(score * 1e6) / 1e6)).toEqual([0.9, 0.9, 0.6]);
  });

  it('leaves out boxes without area, outside the picture, turned round, or that are no numbers', () => {
    const boxes = [
      [5, 5, 5, 9],
      [101, 1, 120, 9],
      [9, 9, 3, 12],
      [NaN, 1, 5, 9],
      [1, 1, Infinity, 9],
      [1, 1, 2, 2],
    ];
    const scores = Float32Array.from([1, 1, 1, 1, 1, NaN]);
    const found = readCandidates({ boxes: Float32Array.from(boxes.flat()), scores, classes: new Float32Array(6) }, limits, 0.05);
    expect(found.map(({ index, box }) => [index, box])).toEqual([[4, { x0: 1, y0: 1, x1: 100, y1: 9 }]]);
  });
});

describe('suppress', () => {
  const at = (x: number, score: number, classIndex = 0): Candidate => ({
    index: 0,
    classIndex,
    score,
    box: { x0: x, y0: 0, x1: x + 10, y1: 10 },
  });

  it('drops the worse of two that overlap by more than the limit, and no other class', () => {
    // shifted by 2 of 10: 80 ÷ 120; by 5: 50 ÷ 150
    expect(iouOf(at(0, 1).box, at(2, 1).box)).toBeCloseTo(2 / 3, 12);
    const list = [at(0, 0.9), at(2, 0.8), at(2, 0.7, 1), at(5, 0.6)];
    expect(suppress(list, 0.6, 100).map(({ score }) => score)).toEqual([0.9, 0.7, 0.6]);
    expect(suppress(list, 2 / 3, 100)).toHaveLength(4);
    expect(suppress(list, 0.6, 2).map(({ score }) => score)).toEqual([0.9, 0.7]);
  });

  it('lets what was dropped drop nothing itself', () => {
    expect(suppress([at(0, 0.9), at(2, 0.8), at(4, 0.7)], 0.6, 100).map(({ score }) => score)).toEqual([0.9, 0.7]);
  });

  it('keeps no pair above the limit and drops nothing without a better one that covers it', () => {
    const random = (seed: number): number => (Math.imul(seed + 1, 2_654_435_761) >>> 0) / 2 ** 32;
    const all: Candidate[] = Array.from({ length: 300 }, (_, i) => {
      const x0 = random(i * 5) * 80;
      const y0 = random(i * 5 + 1) * 80;
      const box = { x0, y0, x1: x0 + 5 + random(i * 5 + 2) * 30, y1: y0 + 5 + random(i * 5 + 3) * 30 };
      return { index: i, classIndex: Math.floor(random(i * 5 + 4) * 3), score: 1 - i / 300, box };
    });
    const kept = suppress(all, 0.4, 1000);
    const covers = (a: Candidate, b: Candidate): boolean => a !== b && a.classIndex === b.classIndex && iouOf(a.box, b.box) > 0.4;
    for (const candidate of kept) expect(kept.some((other) => covers(other, candidate))).toBe(false);
    for (const candidate of all.filter((other) => !kept.includes(other)))
      expect(kept.some((other) => other.score > candidate.score && covers(other, candidate))).toBe(true);
  });
});
