/** Adding up comparisons over pictures, and the verdict. */
import type { Comparison, TensorTotals } from '../domain/measurement';
import type { Precision, Tolerance } from '../domain/model';

/** The parity gate of the model specification; a manifest may state its own. */
export const defaultTolerances: Readonly<Record<Precision, Tolerance>> = {
  fp32: { maxAbs: 1e-4, minDice: 0.995 },
  fp16: { maxAbs: 2e-2, minDice: 0.995 },
  // ATC converts to fp16 by default
  om: { maxAbs: 2e-2, minDice: 0.995 },
  // single elements at the edge of a defect may flip; the mask must not
  int8: { maxAbs: null, minDice: 0.97 },
};

export interface ComparisonSum {
  pictures: number;
  tiles: number;
  tensors: TensorTotals[];
  mask: Comparison['mask'];
  instances: Comparison['instances'];
}

export function sumComparisons(comparisons: readonly Comparison[]): ComparisonSum {
  const sum: ComparisonSum = {
    pictures: comparisons.length,
    tiles: 0,
    tensors: [],
    mask: { bothPx: 0, referencePx: 0, candidatePx: 0 },
    instances: { reference: 0, candidate: 0, matched: 0 },
  };
  const tensors = new Map<string, TensorTotals>();
  for (const { tiles, tensors: parts, mask, instances } of comparisons) {
    sum.tiles += tiles;
    for (const part of parts) {
      const known = tensors.get(part.name);
      tensors.set(part.name, known ? addTotals(known, part) : part);
    }
    sum.mask = addEach(sum.mask, mask);
    sum.instances = addEach(sum.instances, instances);
  }
  return { ...sum, tensors: [...tensors.values()] };
}

/** @returns the totals of both parts of one tensor */
export function addTotals(a: TensorTotals, b: TensorTotals): TensorTotals {
  return {
    name: a.name,
    elements: a.elements + b.elements,
    sumAbs: a.sumAbs + b.sumAbs,
    maxAbs: Math.max(a.maxAbs, b.maxAbs),
    compared: a.compared + b.compared,
    sumRel: a.sumRel + b.sumRel,
    maxRel: Math.max(a.maxRel, b.maxRel),
    beyondOnePercent: a.beyondOnePercent + b.beyondOnePercent,
    notFinite: a.notFinite + b.notFinite,
    blankTiles: a.blankTiles + b.blankTiles,
  };
}

export interface TensorSummary {
  name: string;
  elements: number;
  meanAbs: number;
  maxAbs: number;
  /** over the elements whose reference is beyond 1e-3 in size; 0 where there are none */
  meanRel: number;
  maxRel: number;
  /** share of those elements that differ by more than 1 %, 0…1 */
  beyondOnePercent: number;
  notFinite: number;
  blankTiles: number;
}

export function summariseTensor(totals: TensorTotals): TensorSummary {
  const { name, elements, maxAbs, maxRel, notFinite, blankTiles, compared } = totals;
  const share = (sum: number, count: number): number => (count === 0 ? 0 : sum / count);
  return {
    name,
    elements,
    meanAbs: share(totals.sumAbs, elements),
    maxAbs,
    meanRel: share(totals.sumRel, compared),
    maxRel,
    beyondOnePercent: share(totals.beyondOnePercent, compared),
    notFinite,
    blankTiles,
  };
}

/** Dice of the two masks, 0…1; 1 where both are empty. */
export function maskDice({ bothPx, referencePx, candidatePx }: Comparison['mask']): number {
  const total = referencePx + candidatePx;
  return total === 0 ? 1 : (2 * bothPx) / total;
}

/** Why a candidate is not accepted; the order is that of severity. */
export type PrecisionFault = 'not-finite' | 'blank' | 'difference' | 'mask';

export interface PrecisionVerdict {
  passed: boolean;
  faults: PrecisionFault[];
  dice: number;
  /** of the output that the limit applies to */
  maxAbs: number;
  tolerance: Tolerance;
}

/** @param limits of any of the comparisons that were added up */
export function judge(sum: ComparisonSum, { probability, tolerance }: Pick<Comparison, 'probability' | 'tolerance'>): PrecisionVerdict {
  const dice = maskDice(sum.mask);
  const maxAbs = sum.tensors.find(({ name }) => name === probability)?.maxAbs ?? 0;
  const faults: PrecisionFault[] = [];
  if (sum.tensors.some(({ notFinite }) => notFinite > 0)) faults.push('not-finite');
  if (sum.tensors.some(({ blankTiles }) => blankTiles > 0)) faults.push('blank');
  if (tolerance.maxAbs !== null && maxAbs > tolerance.maxAbs) faults.push('difference');
  if (dice < tolerance.minDice) faults.push('mask');
  return { passed: faults.length === 0, faults, dice, maxAbs, tolerance };
}

function addEach<T extends Record<string, number>>(a: T, b: T): T {
  return Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + (b[name] ?? 0)])) as T;
}
