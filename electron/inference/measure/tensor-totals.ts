import type { TensorTotals } from '#shared/domain/measurement';
import type { Tensor } from '../backends/backend';

/** Relative differences of values closer to 0 than this say nothing. */
const COMPARED_FROM = 1e-3;
const ONE_PERCENT = 0.01;

/**
 * Differences of one output, element by element, and tile by tile where the first dimension counts tiles.
 * @param reference of the same dims as `candidate`
 * @throws RangeError when the lengths differ
 */
export function tensorTotals(name: string, reference: Tensor, candidate: Tensor): TensorTotals {
  if (reference.data.length !== candidate.data.length) {
    throw new RangeError(`${name}: ${candidate.data.length} elements, the reference has ${reference.data.length}`);
  }
  const totals: TensorTotals = {
    name,
    elements: reference.data.length,
    sumAbs: 0,
    maxAbs: 0,
    compared: 0,
    sumRel: 0,
    maxRel: 0,
    beyondOnePercent: 0,
    notFinite: 0,
    blankTiles: 0,
  };
  for (let i = 0; i < reference.data.length; i++) addElement(totals, reference.data[i] as number, candidate.data[i] as number);
  const tiles = Math.max(1, reference.dims[0] ?? 1);
  const length = reference.data.length / tiles;
  for (let tile = 0; tile < tiles; tile++) {
    const part = (tensor: Tensor): Float32Array => tensor.data.subarray(tile * length, (tile + 1) * length);
    if (isUniform(part(candidate)) && !isUniform(part(reference))) totals.blankTiles++;
  }
  return totals;
}

function addElement(totals: TensorTotals, expected: number, found: number): void {
  if (!Number.isFinite(found) || !Number.isFinite(expected)) {
    if (Number.isFinite(expected)) totals.notFinite++;
    return;
  }
  const difference = Math.abs(found - expected);
  totals.sumAbs += difference;
  if (difference > totals.maxAbs) totals.maxAbs = difference;
  const size = Math.abs(expected);
  if (size <= COMPARED_FROM) return;
  const relative = difference / size;
  totals.compared++;
  totals.sumRel += relative;
  if (relative > totals.maxRel) totals.maxRel = relative;
  if (relative > ONE_PERCENT) totals.beyondOnePercent++;
}

/** One value everywhere, as an all-black mask; a single element is no picture and never uniform. */
function isUniform(values: Float32Array): boolean {
  const first = values[0];
  return values.length > 1 && values.every((value) => value === first);
}
