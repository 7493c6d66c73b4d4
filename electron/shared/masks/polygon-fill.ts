import type { EmitSpan } from './spans';

/**
 * Fills a polygon by the even-odd rule: a pixel belongs to it when its centre lies inside.
 * @param points corners in image pixels [x0, y0, x1, y1, …]; closed by itself; fewer than three corners fill nothing
 * @param emit receives disjoint spans, top to bottom and left to right
 */
export function fillPolygon(points: readonly number[], emit: EmitSpan): void {
  const corners = points.length >> 1;
  if (corners < 3) return;
  const crossings = new Map<number, number[]>();
  for (let i = 0; i < corners; i++) {
    const j = (i + 1) % corners;
    collectCrossings(points[2 * i] ?? 0, points[2 * i + 1] ?? 0, points[2 * j] ?? 0, points[2 * j + 1] ?? 0, crossings);
  }
  for (const y of [...crossings.keys()].sort((a, b) => a - b)) {
    const xs = (crossings.get(y) ?? []).sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const x0 = Math.ceil((xs[i] ?? 0) - 0.5);
      const x1 = Math.ceil((xs[i + 1] ?? 0) - 0.5);
      if (x1 > x0) emit(y, x0, x1);
    }
  }
}

/** An edge owns the rows whose centre lies in its half-open height, so that shared corners count once. */
function collectCrossings(ax: number, ay: number, bx: number, by: number, crossings: Map<number, number[]>): void {
  if (ay === by) return;
  const [topX, topY, bottomX, bottomY] = ay < by ? [ax, ay, bx, by] : [bx, by, ax, ay];
  const first = Math.ceil(topY - 0.5);
  const end = Math.ceil(bottomY - 0.5);
  for (let y = first; y < end; y++) {
    const x = topX + ((y + 0.5 - topY) / (bottomY - topY)) * (bottomX - topX);
    const row = crossings.get(y);
    if (row) row.push(x);
    else crossings.set(y, [x]);
  }
}
