import { MASK_TILE_SIDE_PX } from './types';

/** One piece of the outline of a label inside a tile, along pixel edges. */
export interface Contour {
  label: number;
  /** corners [x0, y0, x1, y1, …] in image pixels, only where the line turns; first = last for a closed line */
  points: number[];
}

const side = MASK_TILE_SIDE_PX;
const grid = side + 1;
/** Directions of travel with the label's pixel on the right: 0 east, 1 south, 2 west, 3 north. */
const stepX = [1, 0, -1, 0] as const;
const stepY = [0, 1, 0, -1] as const;
/** From a corner, the pixel on the right when leaving in a direction. */
const rightX = [0, -1, -1, 0] as const;
const rightY = [0, 0, -1, -1] as const;

/**
 * Outlines of all labels of one tile. A line stops at the tile's edge where the label goes on in the next tile.
 * @param labelAt label at image pixel (x, y), 0 outside the picture; asked for the tile and one pixel around it
 */
export function traceTileContours(tileX: number, tileY: number, labels: Uint16Array, labelAt: (x: number, y: number) => number): Contour[] {
  const edges = collectEdges(tileX, tileY, labels, labelAt);
  const contours: Contour[] = [];
  // open lines from their beginning first, then the closed ones from anywhere
  for (const openOnly of [true, false]) {
    for (let vertex = 0; vertex < edges.length; vertex++) {
      if (edges[vertex] === 0) continue;
      for (let direction = 0; direction < 4; direction++) {
        const leaves = ((edges[vertex] ?? 0) & (1 << direction)) !== 0;
        if (leaves && !(openOnly && hasPredecessor(edges, labels, vertex, direction))) {
          contours.push(followLine(edges, labels, vertex, direction, tileX, tileY));
        }
      }
    }
  }
  return contours;
}

/** Bit d of a corner = an outline leaves it in direction d; direction and corner name the pixel on the right, so labels never mix. */
function collectEdges(tileX: number, tileY: number, labels: Uint16Array, labelAt: (x: number, y: number) => number): Uint8Array {
  const edges = new Uint8Array(grid * grid);
  const originX = tileX * side;
  const originY = tileY * side;
  const neighbour = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < side && y < side ? (labels[y * side + x] ?? 0) : labelAt(originX + x, originY + y);
  const mark = (x: number, y: number, direction: number): void => {
    edges[y * grid + x] = (edges[y * grid + x] ?? 0) | (1 << direction);
  };
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const label = labels[y * side + x] ?? 0;
      if (label === 0) continue;
      if (neighbour(x, y - 1) !== label) mark(x, y, 0);
      if (neighbour(x + 1, y) !== label) mark(x + 1, y, 1);
      if (neighbour(x, y + 1) !== label) mark(x + 1, y + 1, 2);
      if (neighbour(x - 1, y) !== label) mark(x, y + 1, 3);
    }
  }
  return edges;
}

function followLine(edges: Uint8Array, labels: Uint16Array, start: number, startDirection: number, tileX: number, tileY: number): Contour {
  let x = start % grid;
  let y = (start - x) / grid;
  let direction = startDirection;
  const label = pixelOnRight(labels, x, y, direction);
  const points = [tileX * side + x, tileY * side + y];
  for (;;) {
    const vertex = y * grid + x;
    edges[vertex] = (edges[vertex] ?? 0) & ~(1 << direction);
    x += stepX[direction] ?? 0;
    y += stepY[direction] ?? 0;
    const next = nextDirection(edges, labels, x, y, direction, label);
    if (next !== direction) points.push(tileX * side + x, tileY * side + y);
    if (next === null) return { label, points };
    direction = next;
  }
}

/** Right turns first: pixels that touch only at a corner keep separate outlines. */
function nextDirection(edges: Uint8Array, labels: Uint16Array, x: number, y: number, direction: number, label: number): number | null {
  const leaving = edges[y * grid + x] ?? 0;
  for (const turn of [1, 0, 3]) {
    const next = (direction + turn) % 4;
    if ((leaving & (1 << next)) !== 0 && pixelOnRight(labels, x, y, next) === label) return next;
  }
  return null;
}

function hasPredecessor(edges: Uint8Array, labels: Uint16Array, vertex: number, direction: number): boolean {
  const x = vertex % grid;
  const y = (vertex - x) / grid;
  const label = pixelOnRight(labels, x, y, direction);
  for (let incoming = 0; incoming < 4; incoming++) {
    const fromX = x - (stepX[incoming] ?? 0);
    const fromY = y - (stepY[incoming] ?? 0);
    if (fromX < 0 || fromY < 0 || fromX >= grid || fromY >= grid) continue;
    const leaves = ((edges[fromY * grid + fromX] ?? 0) & (1 << incoming)) !== 0;
    if (leaves && pixelOnRight(labels, fromX, fromY, incoming) === label) return true;
  }
  return false;
}

function pixelOnRight(labels: Uint16Array, x: number, y: number, direction: number): number {
  const px = x + (rightX[direction] ?? 0);
  const py = y + (rightY[direction] ?? 0);
  return px >= 0 && py >= 0 && px < side && py < side ? (labels[py * side + px] ?? 0) : 0;
}
