import { describe, expect, it } from 'vitest';
import { snapBrushCentre, sweepBrush } from './brush-stamp';
import type { BrushShape } from './brush-stamp';

type Point = { x: number; y: number };

function painted(from: Point, to: Point, sizePx: number, shape: BrushShape): Set<string> {
  const pixels = new Set<string>();
  sweepBrush(from, to, sizePx, shape, (y, x0, x1) => {
    for (let x = x0; x < x1; x++) pixels.add(`${x},${y}`);
  });
  return pixels;
}

function distanceToSegment(p: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const square = dx * dx + dy * dy;
  const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / square));
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/** Whether some point of the segment is within `half` of p on both axes: the slab test of ray against box. */
function withinSweptSquare(p: Point, a: Point, b: Point, half: number): boolean {
  let first = 0;
  let last = 1;
  for (const axis of ['x', 'y'] as const) {
    const step = b[axis] - a[axis];
    const near = p[axis] - half - 1e-6 - a[axis];
    const far = p[axis] + half + 1e-6 - a[axis];
    if (step === 0 && (near > 0 || far < 0)) return false;
    if (step === 0) continue;
    first = Math.max(first, Math.min(near / step, far / step));
    last = Math.min(last, Math.max(near / step, far / step));
  }
  return first <= last;
}

function bruteForce(from: Point, to: Point, sizePx: number, shape: BrushShape): Set<string> {
  const pixels = new Set<string>();
  for (let y = -8; y < 48; y++) {
    for (let x = -8; x < 48; x++) {
      const centre = { x: x + 0.5, y: y + 0.5 };
      const inside =
        shape === 'round' ? distanceToSegment(centre, from, to) <= sizePx / 2 + 1e-6 : withinSweptSquare(centre, from, to, sizePx / 2);
      if (inside) pixels.add(`${x},${y}`);
    }
  }
  return pixels;
}

const sweeps: [Point, Point][] = [
  [
    { x: 10, y: 12 },
    { x: 10, y: 12 },
  ],
  [
    { x: 3, y: 20 },
    { x: 31, y: 20 },
  ],
  [
    { x: 15, y: 2 },
    { x: 15, y: 33 },
  ],
  [
    { x: 2, y: 3 },
    { x: 29, y: 17 },
  ],
  [
    { x: 30, y: 1 },
    { x: 4, y: 37 },
  ],
];

describe('sweepBrush', () => {
  it.each(['round', 'square'] as const)('covers the same pixels as testing every pixel (%s)', (shape) => {
    for (const sizePx of [1, 2, 3, 4, 7, 12]) {
      for (const [a, b] of sweeps) {
        const from = { x: snapBrushCentre(a.x + 0.3, sizePx), y: snapBrushCentre(a.y + 0.3, sizePx) };
        const to = { x: snapBrushCentre(b.x + 0.6, sizePx), y: snapBrushCentre(b.y + 0.6, sizePx) };
        expect(painted(from, to, sizePx, shape), `size ${sizePx}`).toEqual(bruteForce(from, to, sizePx, shape));
      }
    }
  });

  it('paints exactly the pixel under the pointer at size 1', () => {
    for (const at of [
      { x: 5.01, y: 7.99 },
      { x: 5.5, y: 7.5 },
      { x: 5.99, y: 7 },
    ]) {
      const centre = { x: snapBrushCentre(at.x, 1), y: snapBrushCentre(at.y, 1) };
      expect([...painted(centre, centre, 1, 'round')]).toEqual(['5,7']);
      expect([...painted(centre, centre, 1, 'square')]).toEqual(['5,7']);
    }
  });

  it.each([1, 2, 5])('leaves no gap in a fast stroke of size %i', (sizePx) => {
    const corners = [
      { x: 0.5, y: 0.5 },
      { x: 113.5, y: 17.5 },
      { x: 20.5, y: 96.5 },
      { x: 119.5, y: 97.5 },
    ].map((p) => ({
      x: snapBrushCentre(p.x, sizePx),
      y: snapBrushCentre(p.y, sizePx),
    }));
    const pixels = new Set<string>();
    corners.slice(1).forEach((to, i) => {
      for (const pixel of painted(corners[i] ?? to, to, sizePx, 'round')) pixels.add(pixel);
    });
    expect(reachableFrom(pixels)).toBe(pixels.size);
  });

  it('emits one span per row, top to bottom', () => {
    const rows: number[] = [];
    sweepBrush({ x: 2.5, y: 2.5 }, { x: 9.5, y: 8.5 }, 3, 'round', (y) => rows.push(y));
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

/** How many pixels hang together (8 neighbours) with the first. */
function reachableFrom(pixels: Set<string>): number {
  const [first] = pixels;
  const seen = new Set([first ?? '']);
  const stack = [...seen];
  for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
    const [x = 0, y = 0] = pixel.split(',').map(Number);
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const next = `${x + dx},${y + dy}`;
        if (!pixels.has(next) || seen.has(next)) continue;
        seen.add(next);
        stack.push(next);
      }
    }
  }
  return seen.size;
}
