import type { InstancePart } from './detected-part';

/** Receives the pixels x0 … x1 − 1 of row y. */
export type EmitSpan = (y: number, x0: number, x1: number) => void;

/**
 * The pixels of a picture where the part's mask is at or above a probability: the grid is drawn bilinearly into the box
 * (outside the grid it is 0), and a pixel takes its value at the pixel's centre.
 * @param threshold 0…1; 0 counts like the smallest step above it
 * @param emit rows ascending, each row left to right
 */
export function drawPart(
  { box, grid }: InstancePart,
  roiSide: number,
  threshold: number,
  picture: { width: number; height: number },
  emit: EmitSpan,
): void {
  const columns = placeAxis(box.x0, box.x1, roiSide, picture.width);
  const rows = placeAxis(box.y0, box.y1, roiSide, picture.height);
  // products such as 0.6 × 255 may come out a hair too large
  const level = Math.max(1, threshold * 255 - 1e-3);
  // one sample of nothing before the first and behind the last bin
  const line = new Float32Array(roiSide + 2);
  for (let row = 0; row < rows.count; row++) {
    mixRows(grid, roiSide, rows.low[row] as number, rows.share[row] as number, line);
    let start = -1;
    for (let column = 0; column < columns.count; column++) {
      const low = (columns.low[column] as number) + 1;
      const left = line[low] as number;
      const value = left + (columns.share[column] as number) * ((line[low + 1] as number) - left);
      if (value >= level && start < 0) start = column;
      if (value < level && start >= 0) {
        emit(rows.first + row, columns.first + start, columns.first + column);
        start = -1;
      }
    }
    if (start >= 0) emit(rows.first + row, columns.first + start, columns.first + columns.count);
  }
}

/** The grid's line between two of its rows into `line[1…roiSide]`; rows outside the grid are 0. */
function mixRows(grid: Uint8Array, roiSide: number, low: number, share: number, line: Float32Array): void {
  const upper = low >= 0 ? 1 - share : 0;
  const lower = low + 1 < roiSide ? share : 0;
  const from = Math.max(0, low) * roiSide;
  const next = Math.min(roiSide - 1, low + 1) * roiSide;
  for (let x = 0; x < roiSide; x++) line[x + 1] = upper * (grid[from + x] as number) + lower * (grid[next + x] as number);
}

interface PlacedAxis {
  /** the first pixel whose centre lies in the box */
  readonly first: number;
  readonly count: number;
  /** by pixel: the bin whose centre is before it, −1 … roiSide − 1 */
  readonly low: Int32Array;
  /** by pixel: how far to the next bin's centre, 0…1 */
  readonly share: Float32Array;
}

function placeAxis(start: number, end: number, roiSide: number, limit: number): PlacedAxis {
  const first = Math.max(0, Math.ceil(start - 0.5));
  const count = Math.max(0, Math.min(limit, Math.ceil(end - 0.5)) - first);
  const low = new Int32Array(count);
  const share = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = ((first + i + 0.5 - start) / (end - start)) * roiSide - 0.5;
    const bin = Math.min(roiSide - 1, Math.floor(at));
    low[i] = bin;
    share[i] = at - bin;
  }
  return { first, count, low, share };
}
