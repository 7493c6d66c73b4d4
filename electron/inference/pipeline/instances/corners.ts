/** Boxes of detections: corners in pixels, not rounded. */
export interface Corners {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** 0 where there is nothing inside. */
export function areaOf({ x0, y0, x1, y1 }: Corners): number {
  return Math.max(0, x1 - x0) * Math.max(0, y1 - y0);
}

/** The common part; its area is 0 where there is none. */
export function commonPart(a: Corners, b: Corners): Corners {
  return { x0: Math.max(a.x0, b.x0), y0: Math.max(a.y0, b.y0), x1: Math.min(a.x1, b.x1), y1: Math.min(a.y1, b.y1) };
}

/** Intersection over union, 0…1. */
export function iouOf(a: Corners, b: Corners): number {
  const common = areaOf(commonPart(a, b));
  return common === 0 ? 0 : common / (areaOf(a) + areaOf(b) - common);
}
