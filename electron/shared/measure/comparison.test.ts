import { describe, expect, it } from 'vitest';
import type { Comparison, TensorTotals } from '../domain/measurement';
import { judge, maskDice, sumComparisons, summariseTensor } from './comparison';

const totals = (change: Partial<TensorTotals> = {}): TensorTotals => ({
  ...{ name: 'probability', elements: 100, sumAbs: 1, maxAbs: 0.01, compared: 50, sumRel: 2, maxRel: 0.2, beyondOnePercent: 5 },
  ...{ notFinite: 0, blankTiles: 0 },
  ...change,
});

function comparison(tensor: Partial<TensorTotals>, mask: Comparison['mask']): Comparison {
  const engine = { modelId: 'm', modelSha256: 'a', backend: 'ort-cpu', device: 'CPU', precision: 'fp16' } as const;
  return {
    ...{ reference: engine, candidate: engine, tiles: 2, mask, tensors: [totals(tensor)] },
    instances: { reference: 3, candidate: 2, matched: 2 },
    probability: 'probability',
    tolerance: { maxAbs: 0.02, minDice: 0.995 },
  };
}
const same = { bothPx: 1000, referencePx: 1000, candidatePx: 1000 };

describe('comparisons added up', () => {
  it('weights means by elements and keeps the largest', () => {
    const sum = sumComparisons([comparison({}, same), comparison({ elements: 300, sumAbs: 7, maxAbs: 0.5, compared: 0, sumRel: 0 }, same)]);
    expect(sum).toMatchObject({ pictures: 2, tiles: 4, instances: { reference: 6, candidate: 4, matched: 4 }, mask: { bothPx: 2000 } });
    const [tensor] = sum.tensors.map(summariseTensor);
    expect(tensor).toMatchObject({ meanAbs: 8 / 400, maxAbs: 0.5, meanRel: 2 / 50, beyondOnePercent: 10 / 50 });
  });

  it('has a Dice of 1 where both masks are empty, 0 where one is', () => {
    expect(maskDice({ bothPx: 0, referencePx: 0, candidatePx: 0 })).toBe(1);
    expect(maskDice({ bothPx: 0, referencePx: 0, candidatePx: 5 })).toBe(0);
  });
});

describe('the verdict', () => {
  const verdictOf = (tensor: Partial<TensorTotals>, mask = same) => {
    const one = comparison(tensor, mask);
    return judge(sumComparisons([one]), one);
  };

  it('passes within the tolerance', () => {
    expect(verdictOf({ maxAbs: 0.02 })).toMatchObject({ passed: true, faults: [], dice: 1 });
  });

  it.each([
    ['difference', { maxAbs: 0.0201 }, same],
    ['not-finite', { notFinite: 1 }, same],
    ['blank', { blankTiles: 1 }, same],
    ['mask', {}, { bothPx: 990, referencePx: 1000, candidatePx: 1000 }],
  ] as const)('fails by %s', (fault, tensor, mask) => {
    expect(verdictOf(tensor, mask)).toMatchObject({ passed: false, faults: [fault] });
  });

  it('lets the mask alone decide where no element limit is set', () => {
    const one = { ...comparison({ maxAbs: 0.9 }, same), tolerance: { maxAbs: null, minDice: 0.97 } };
    expect(judge(sumComparisons([one]), one).passed).toBe(true);
  });
});
