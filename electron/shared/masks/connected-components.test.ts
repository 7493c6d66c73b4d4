import { describe, expect, it } from 'vitest';
import { findComponents, type ComponentRuns } from './connected-components';

/** A repeatable sequence in 0…1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Component of every pixel by flood fill, numbered in scan order from 1. */
function floodLabels(map: Uint8Array, width: number, height: number, level: number): number[] {
  const labels = new Array<number>(map.length).fill(0);
  let next = 0;
  for (let seed = 0; seed < map.length; seed++) {
    if (labels[seed] || (map[seed] ?? 0) < level) continue;
    next++;
    labels[seed] = next;
    const stack = [seed];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const x0 = at % width;
      const y0 = Math.floor(at / width);
      for (let y = Math.max(0, y0 - 1); y <= Math.min(height - 1, y0 + 1); y++) {
        for (let x = Math.max(0, x0 - 1); x <= Math.min(width - 1, x0 + 1); x++) {
          const to = y * width + x;
          if (labels[to] || (map[to] ?? 0) < level) continue;
          labels[to] = next;
          stack.push(to);
        }
      }
    }
  }
  return labels;
}

function paintRuns(found: ComponentRuns, width: number, height: number): number[] {
  const labels = new Array<number>(width * height).fill(0);
  for (let run = 0; run < found.runCount; run++) {
    const from = (found.rows[run] ?? 0) * width;
    labels.fill((found.owners[run] ?? 0) + 1, from + (found.starts[run] ?? 0), from + (found.ends[run] ?? 0));
  }
  return labels;
}

describe('findComponents', () => {
  it.each([
    [1, 1, 0.5],
    [17, 11, 0.2],
    [31, 23, 0.4],
    [40, 40, 0.6],
    [64, 5, 0.8],
    [3, 90, 0.3],
  ])('agrees with flood fill on a %i×%i map with share %f', (width, height, share) => {
    for (let seed = 1; seed <= 20; seed++) {
      const next = random(seed);
      const map = Uint8Array.from({ length: width * height }, () =>
        next() < share ? 128 + Math.floor(next() * 128) : Math.floor(next() * 128),
      );
      const found = findComponents(map, width, height, 128);
      const expected = floodLabels(map, width, height, 128);
      expect(paintRuns(found, width, height)).toEqual(expected);
      found.components.forEach((component, index) => {
        const pixels = expected.flatMap((label, at) => (label === index + 1 ? [at] : []));
        const xs = pixels.map((at) => at % width);
        const ys = pixels.map((at) => Math.floor(at / width));
        const x = Math.min(...xs);
        const y = Math.min(...ys);
        expect(component).toEqual({
          areaPx: pixels.length,
          sum: pixels.reduce((sum, at) => sum + (map[at] ?? 0), 0),
          box: { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 },
        });
      });
    }
  });

  it('joins a spiral into one component', () => {
    const rows = ['#######', '......#', '#####.#', '#...#.#', '#.###.#', '#.....#', '#######'];
    const map = Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? 255 : 0));
    expect(findComponents(map, 7, 7, 1).components).toHaveLength(1);
  });

  it('holds more runs than its first buffers', () => {
    const map = Uint8Array.from({ length: 200 * 100 }, (_, at) => (at % 2 === 0 && Math.floor(at / 200) % 2 === 0 ? 255 : 0));
    expect(findComponents(map, 200, 100, 255).components).toHaveLength(5000);
  });
});
