import { describe, expect, it } from 'vitest';
import { fillPolygon } from './polygon-fill';

function filled(points: number[]): Set<string> {
  const pixels = new Set<string>();
  fillPolygon(points, (y, x0, x1) => {
    for (let x = x0; x < x1; x++) {
      expect(pixels.has(`${x},${y}`), 'spans overlap').toBe(false);
      pixels.add(`${x},${y}`);
    }
  });
  return pixels;
}

/** Even-odd ray casting for every pixel centre. */
function bruteForce(points: number[]): Set<string> {
  const pixels = new Set<string>();
  const count = points.length / 2;
  for (let y = -5; y < 45; y++) {
    for (let x = -5; x < 45; x++) {
      let inside = false;
      for (let i = 0; i < count; i++) {
        const j = (i + 1) % count;
        const [ax = 0, ay = 0, bx = 0, by = 0] = [points[2 * i], points[2 * i + 1], points[2 * j], points[2 * j + 1]];
        if (ay > y + 0.5 !== by > y + 0.5 && x + 0.5 < ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax)) inside = !inside;
      }
      if (inside) pixels.add(`${x},${y}`);
    }
  }
  return pixels;
}

describe('fillPolygon', () => {
  it('fills random polygons, self-crossing ones too, as even-odd ray casting does', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 60; round++) {
      const points = Array.from({ length: 2 * (3 + Math.floor(random() * 9)) }, () => random() * 40);
      expect(filled(points)).toEqual(bruteForce(points));
    }
  });

  it('fills a rectangle between pixel edges exactly', () => {
    expect(filled([2, 3, 6, 3, 6, 5, 2, 5]).size).toBe(8);
  });

  it('fills nothing with fewer than three corners or no height', () => {
    expect(filled([1, 1, 9, 9]).size).toBe(0);
    expect(filled([1, 4, 9, 4, 5, 4]).size).toBe(0);
  });
});
