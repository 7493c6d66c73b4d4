import { describe, expect, it } from 'vitest';
import type { DetectedInstance } from '#shared/domain/defect';
import { tilesOfLabelMap } from '#shared/masks/label-tiles';
import { maskOverlap } from './mask-overlap';
import { matchInstances } from './match-instances';
import { tensorTotals } from './tensor-totals';

const tensor = (dims: number[], ...values: number[]) => ({ dims, data: Float32Array.from(values) });

describe('tensorTotals', () => {
  it('counts absolute differences of all and relative ones of what is not about 0', () => {
    const totals = tensorTotals('p', tensor([1, 4], 0.5, 0.0005, -0.25, 1), tensor([1, 4], 0.5, 0.5005, -0.2525, 1.005));
    expect(totals).toMatchObject({ elements: 4, compared: 3, beyondOnePercent: 0, notFinite: 0, blankTiles: 0 });
    expect(totals.maxAbs).toBeCloseTo(0.5);
    expect(totals.sumAbs).toBeCloseTo(0.5075);
    expect(totals.maxRel).toBeCloseTo(0.01, 5);
    expect(tensorTotals('p', tensor([1, 2], 1, 1), tensor([1, 2], 1.02, 0.9)).beyondOnePercent).toBe(2);
  });

  it('tells values that are no numbers, but not where the reference has none either', () => {
    const totals = tensorTotals('p', tensor([1, 4], 1, 1, NaN, 2), tensor([1, 4], NaN, Infinity, NaN, 2));
    expect(totals).toMatchObject({ notFinite: 2, maxAbs: 0 });
  });

  it('tells a blank tile, but not one that is blank in the reference too', () => {
    expect(tensorTotals('p', tensor([2, 2], 0.1, 0.9, 0, 0), tensor([2, 2], 0, 0, 0, 0)).blankTiles).toBe(1);
    expect(tensorTotals('p', tensor([1, 1], 0.1), tensor([1, 1], 0)).blankTiles).toBe(0);
  });

  it('refuses tensors of different sizes', () => {
    expect(() => tensorTotals('p', tensor([1], 1), tensor([2], 1, 2))).toThrow(/2 elements, the reference has 1/);
  });
});

describe('matchInstances', () => {
  const at = (x: number, classCode = 'crack'): DetectedInstance => {
    return { label: 1, classCode, score: 0.9, box: { x, y: 0, width: 10, height: 10 }, areaPx: 50 };
  };

  it('pairs each once, the best first, within a class', () => {
    expect(matchInstances([at(0), at(2)], [at(1)])).toBe(1);
    expect(matchInstances([at(0), at(100)], [at(101), at(1)])).toBe(2);
    expect(matchInstances([at(0)], [at(0, 'scuff')])).toBe(0);
    expect(matchInstances([at(0)], [at(5)])).toBe(0);
    expect(matchInstances([], [at(0)])).toBe(0);
  });
});

describe('maskOverlap', () => {
  it('counts common pixels whatever their labels, over tiles that only one has', () => {
    const map = (label: number, width: number) =>
      tilesOfLabelMap(new Uint16Array(width * 2).fill(label), { x: 250, y: 0, width, height: 2 });
    expect(maskOverlap(map(1, 10), map(7, 4))).toEqual({ bothPx: 8, referencePx: 20, candidatePx: 8 });
    expect(maskOverlap([], map(1, 3))).toEqual({ bothPx: 0, referencePx: 0, candidatePx: 6 });
  });
});
