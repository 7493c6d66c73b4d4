import { RailscopeError } from '../errors/railscope-error';
import { MASK_TILE_SIDE_PX, MAX_LABEL } from './types';

export const TILE_AREA_PX = MASK_TILE_SIDE_PX * MASK_TILE_SIDE_PX;

/**
 * @param labels 65,536 labels, row-major
 * @returns pairs [label, length]; an empty array for a tile of background
 */
export function encodeTileRuns(labels: Uint16Array): Uint32Array {
  let count = 1;
  for (let i = 1; i < TILE_AREA_PX; i++) if (labels[i] !== labels[i - 1]) count++;
  if (count === 1 && labels[0] === 0) return new Uint32Array(0);
  const runs = new Uint32Array(count * 2);
  let at = 0;
  let start = 0;
  for (let i = 1; i <= TILE_AREA_PX; i++) {
    if (i < TILE_AREA_PX && labels[i] === labels[start]) continue;
    runs[at++] = labels[start] ?? 0;
    runs[at++] = i - start;
    start = i;
  }
  return runs;
}

/**
 * @param runs pairs [label, length], or empty for background
 * @param out receives 65,536 labels, row-major
 * @throws bad-request when the lengths do not sum to 65,536 or a label is out of range
 */
export function decodeTileRuns(runs: Uint32Array, out: Uint16Array): void {
  if (runs.length === 0) return void out.fill(0);
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    const label = runs[i] ?? 0;
    const end = at + (runs[i + 1] ?? 0);
    if (label > MAX_LABEL || end > TILE_AREA_PX) throw new RailscopeError('bad-request', 'mask tile runs exceed the tile');
    out.fill(label, at, end);
    at = end;
  }
  if (at !== TILE_AREA_PX) throw new RailscopeError('bad-request', 'mask tile runs do not fill the tile');
}
