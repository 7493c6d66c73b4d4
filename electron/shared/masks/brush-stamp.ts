import type { EmitSpan } from './spans';

export type BrushShape = 'round' | 'square';

/** Room for rounding, far below the half pixel that separates pixel centres. */
const EPSILON = 1e-7;

/**
 * Where a brush of that size sits under the pointer: odd sizes on pixel centres, even sizes on pixel corners, so that a
 * stamp has the same shape everywhere and one of 1 px covers exactly the pixel under the pointer.
 * @param at pointer position in image pixels (pixel i spans i…i+1)
 */
export function snapBrushCentre(at: number, sizePx: number): number {
  return sizePx % 2 === 1 ? Math.floor(at) + 0.5 : Math.round(at);
}

/**
 * The pixels under a brush swept from one snapped centre to another: those whose centre lies within the swept shape.
 * A dab is a sweep of length 0. Never leaves a gap, whatever the distance.
 * @param sizePx diameter (round) or side (square), an integer from 1
 * @param emit receives one span per row, top to bottom; spans may lie outside the picture
 */
export function sweepBrush(
  from: { x: number; y: number },
  to: { x: number; y: number },
  sizePx: number,
  shape: BrushShape,
  emit: EmitSpan,
): void {
  const reach = sizePx / 2;
  const firstRow = Math.ceil(Math.min(from.y, to.y) - reach - 0.5 - EPSILON);
  const lastRow = Math.floor(Math.max(from.y, to.y) + reach - 0.5 + EPSILON);
  const extent = shape === 'round' ? capsuleExtent : sweptSquareExtent;
  for (let y = firstRow; y <= lastRow; y++) {
    const row = extent(from, to, reach, y + 0.5);
    if (!row) continue;
    const x0 = Math.ceil(row.left - 0.5 - EPSILON);
    const x1 = Math.floor(row.right - 0.5 + EPSILON) + 1;
    if (x1 > x0) emit(y, x0, x1);
  }
}

interface Extent {
  left: number;
  right: number;
}
interface Point {
  x: number;
  y: number;
}

/** The capsule is convex: on one row it is the interval spanned by its two discs and its two long sides. */
function capsuleExtent(from: Point, to: Point, radius: number, row: number): Extent | null {
  let left = Infinity;
  let right = -Infinity;
  const include = (x: number): void => {
    left = Math.min(left, x);
    right = Math.max(right, x);
  };
  for (const centre of [from, to]) {
    const square = radius * radius + EPSILON - (row - centre.y) ** 2;
    if (square < 0) continue;
    include(centre.x - Math.sqrt(square));
    include(centre.x + Math.sqrt(square));
  }
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy);
  if (length > 0 && dy !== 0) {
    for (const side of [radius, -radius]) {
      const startX = from.x - (dy / length) * side;
      const startY = from.y + (dx / length) * side;
      const t = (row - startY) / dy;
      if (t >= 0 && t <= 1) include(startX + t * dx);
    }
  }
  return left <= right ? { left, right } : null;
}

function sweptSquareExtent(from: Point, to: Point, half: number, row: number): Extent | null {
  const dy = to.y - from.y;
  let first = 0;
  let last = 1;
  if (dy === 0) {
    if (Math.abs(row - from.y) > half + EPSILON) return null;
  } else {
    const a = (row - half - from.y) / dy;
    const b = (row + half - from.y) / dy;
    first = Math.max(0, Math.min(a, b) - EPSILON);
    last = Math.min(1, Math.max(a, b) + EPSILON);
    if (first > last) return null;
  }
  const x0 = from.x + first * (to.x - from.x);
  const x1 = from.x + last * (to.x - from.x);
  return { left: Math.min(x0, x1) - half, right: Math.max(x0, x1) + half };
}
