import { z } from 'zod';

/** An axis-aligned rectangle in image pixels: integer origin (top left), integer size, half open on the far sides. */
export const boxSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().nonnegative(),
  height: z.int().nonnegative(),
});
export type Box = z.infer<typeof boxSchema>;

export function boxRight(box: Box): number {
  return box.x + box.width;
}

export function boxBottom(box: Box): number {
  return box.y + box.height;
}

export function isEmptyBox(box: Box): boolean {
  return box.width <= 0 || box.height <= 0;
}

/** The common part of two boxes, or null where they do not overlap. */
export function intersectBoxes(a: Box, b: Box): Box | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(boxRight(a), boxRight(b)) - x;
  const height = Math.min(boxBottom(a), boxBottom(b)) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The smallest box that holds both; an empty box adds nothing. */
export function uniteBoxes(a: Box, b: Box): Box {
  if (isEmptyBox(a)) return b;
  if (isEmptyBox(b)) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(boxRight(a), boxRight(b)) - x, height: Math.max(boxBottom(a), boxBottom(b)) - y };
}
