import { describe, expect, it } from 'vitest';
import { syntheticImage } from '../testing/synthetic-image';
import { findRailBand } from './rail-band';

const noise = (x: number, y: number): number => (((x * 7919) ^ (y * 104_729)) % 5) / 255;

/** A dark picture with a lighter band over x0…x1, a gap across it and two fasteners beside it. */
function railPixel(x: number, y: number): number {
  const gap = y > 480 && y < 500;
  if (x >= 400 && x < 560) return gap ? 0.01 : 0.1 + noise(x, y);
  const fastener = (x > 300 && x < 380) || (x > 600 && x < 680);
  return fastener && y % 400 < 60 ? 0.2 : 0.008 + noise(x, y) / 4;
}

function expectBand(found: { start: number; length: number }): void {
  expect(found.start).toBeLessThanOrEqual(400);
  expect(found.start).toBeGreaterThan(370);
  expect(found.start + found.length).toBeGreaterThanOrEqual(560);
  expect(found.start + found.length).toBeLessThan(590);
}

describe('findRailBand', () => {
  it('finds an upright band over the full height, despite fasteners and a gap', () => {
    const box = findRailBand(syntheticImage(1024, 1000, { pixel: railPixel }));
    expect(box).toMatchObject({ y: 0, height: 1000 });
    expectBand({ start: box?.x ?? 0, length: box?.width ?? 0 });
  });

  it('finds a lying band', () => {
    const box = findRailBand(syntheticImage(1000, 1024, { pixel: (x, y) => railPixel(y, x) }));
    expect(box).toMatchObject({ x: 0, width: 1000 });
    expectBand({ start: box?.y ?? 0, length: box?.height ?? 0 });
  });

  it('takes the upright band where bright sleepers lie across it', () => {
    const box = findRailBand(syntheticImage(1024, 1000, { pixel: (x, y) => (y < 120 ? 0.6 : railPixel(x, y)) }));
    expectBand({ start: box?.x ?? 0, length: box?.width ?? 0 });
  });

  it('finds it in 16-bit RGB pictures too', () => {
    const box = findRailBand(syntheticImage(1024, 600, { channels: 3, bitDepth: 16, pixel: railPixel }));
    expectBand({ start: box?.x ?? 0, length: box?.width ?? 0 });
  });

  it.each([
    ['even grey', () => 0.5],
    ['black', () => 0],
    ['noise', (x: number, y: number) => noise(x, y) * 40],
    ['a slow gradient', (x: number) => x / 1024],
    ['a bright half', (x: number) => (x < 600 ? 0.8 : 0.02)],
    ['a short bright block', (x: number, y: number) => (x > 400 && x < 560 && y > 100 && y < 400 ? 0.9 : 0.02)],
  ])('finds none in %s', (_, pixel) => {
    expect(findRailBand(syntheticImage(1024, 1000, { pixel }))).toBeNull();
  });

  it('finds none in pictures that a tile covers anyway', () => {
    expect(findRailBand(syntheticImage(200, 200, { pixel: (x) => (x > 80 && x < 120 ? 0.5 : 0.01) }))).toBeNull();
    expect(findRailBand(syntheticImage(1, 1, { pixel: () => 1 }))).toBeNull();
  });
});
