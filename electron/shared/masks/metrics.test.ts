import { describe, expect, it } from 'vitest';
import {
  compatBinaryMask,
  compatDatasetScore,
  compatScore,
  countOverlap,
  minMaxToBytes,
  otsuThreshold,
  resizeBilinear,
  strictDatasetScore,
  strictPerImageScore,
} from './metrics';

/** Repeatable numbers 0…1. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Two bumps of samples, as a histogram of a probability map has. */
function twoBumps(seed: number, count: number): Uint8Array {
  const random = randomSource(seed);
  return Uint8Array.from({ length: count }, () => {
    const centre = random() < 0.8 ? 40 : 190;
    return Math.max(0, Math.min(255, Math.round(centre + (random() + random() + random() - 1.5) * 40)));
  });
}

/** By the definition: try every level, split the samples, compare the spread inside the two classes. */
function naiveOtsu(bytes: Uint8Array): number {
  const spread = (values: number[]): number => {
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  };
  let best = 0;
  let least = Infinity;
  for (let level = 0; level < 256; level++) {
    const low = [...bytes].filter((value) => value <= level);
    const high = [...bytes].filter((value) => value > level);
    if (low.length === 0 || high.length === 0) continue;
    const within = spread(low) + spread(high);
    if (within < least - 1e-6) {
      least = within;
      best = level;
    }
  }
  return best;
}

describe('otsuThreshold', () => {
  it('separates two levels at the lower one', () => {
    expect(otsuThreshold(Uint8Array.of(10, 10, 10, 200, 200))).toBe(10);
    expect(otsuThreshold(Uint8Array.of(0, 255))).toBe(0);
  });

  it('finds the best of three levels by hand', () => {
    // levels 0, 0, 40, 100: after 0 → ½·½·(0−70)² = 1225; after 40 → ¾·¼·(13.33−100)² = 1408
    expect(otsuThreshold(Uint8Array.of(0, 0, 40, 100))).toBe(40);
    // levels 0, 0, 60, 100: after 0 → ½·½·80² = 1600; after 60 → ¾·¼·(20−100)² = 1200
    expect(otsuThreshold(Uint8Array.of(0, 0, 60, 100))).toBe(0);
  });

  it('is 0 for a picture of one level', () => {
    expect(otsuThreshold(new Uint8Array(9).fill(77))).toBe(0);
  });

  it.each([1, 2, 3, 4, 5])('equals the search by definition (seed %i)', (seed) => {
    const bytes = twoBumps(seed, 400);
    expect(otsuThreshold(bytes)).toBe(naiveOtsu(bytes));
  });
});

describe('minMaxToBytes', () => {
  it('stretches to the own range and truncates', () => {
    expect([...minMaxToBytes(Float32Array.of(0.2, 0.4, 0.6))]).toEqual([0, 127, 255]);
    expect([...minMaxToBytes(Float32Array.of(0, 1))]).toEqual([0, 255]);
  });

  it('keeps a flat map black', () => {
    expect([...minMaxToBytes(Float32Array.of(0.9, 0.9))]).toEqual([0, 0]);
  });
});

describe('resizeBilinear', () => {
  it('samples at half-pixel centres', () => {
    // positions −0.25→0, 0.25, 0.75, 1.25→1
    expect([...resizeBilinear(Float32Array.of(0, 4), 2, 1, 4, 1)]).toEqual([0, 1, 3, 4]);
    expect([...resizeBilinear(Float32Array.of(0, 8), 1, 2, 1, 4)]).toEqual([0, 2, 6, 8]);
  });

  it('averages the middle when it shrinks by two', () => {
    expect([...resizeBilinear(Float32Array.of(1, 3, 5, 7, 2, 4, 6, 8), 4, 2, 2, 1)]).toEqual([2.5, 6.5]);
  });

  it('returns the map itself at equal size', () => {
    const map = Float32Array.of(1, 2, 3, 4);
    expect(resizeBilinear(map, 2, 2, 2, 2)).toBe(map);
  });
});

describe('compatBinaryMask', () => {
  it('forces foreground onto a map without defects', () => {
    expect([...compatBinaryMask(Float32Array.of(0.001, 0.001, 0.002))]).toEqual([0, 0, 255]);
  });
});

describe('countOverlap', () => {
  const prediction = Uint8Array.of(255, 254, 255, 0, 128, 127);
  const label = Uint8Array.of(255, 255, 0, 255, 200, 200);

  it('knows only 255 in compat', () => {
    expect(countOverlap(prediction, label, 255)).toEqual({ both: 1, predicted: 2, labelled: 3 });
  });

  it('starts at 128 in strict', () => {
    expect(countOverlap(prediction, label, 128)).toEqual({ both: 3, predicted: 4, labelled: 5 });
  });

  it('refuses masks of different size', () => {
    expect(() => countOverlap(prediction, new Uint8Array(5), 128)).toThrow(expect.objectContaining({ code: 'masks-mismatch' }));
  });
});

describe('scores', () => {
  const good = { both: 8, predicted: 10, labelled: 16 };
  const perfect = { both: 4, predicted: 4, labelled: 4 };
  const falseAlarm = { both: 0, predicted: 6, labelled: 0 };
  const quiet = { both: 0, predicted: 0, labelled: 0 };

  it('of one picture by hand', () => {
    const score = compatScore(good);
    expect(score.pa).toBe(0.5);
    expect(score.iou).toBeCloseTo(8 / 18, 12);
    expect(score.dice).toBeCloseTo(16 / 26, 12);
  });

  it('compat: means over pictures', () => {
    const score = compatDatasetScore([good, perfect]);
    expect(score).toMatchObject({ images: 2, emptyLabels: 0, falseAlarmRate: null });
    expect(score.pa).toBeCloseTo(0.75, 12);
    expect(score.mIoU).toBeCloseTo((8 / 18 + 1) / 2, 12);
    expect(score.mDice).toBeCloseTo((16 / 26 + 1) / 2, 12);
  });

  it('compat: an empty label poisons PA and lowers the rest', () => {
    const score = compatDatasetScore([perfect, quiet]);
    expect(score).toMatchObject({ images: 2, emptyLabels: 1, pa: null, falseAlarmRate: 0 });
    expect(score.mIoU).toBeCloseTo(0.5, 12);
  });

  it('strict: pooled pixels, false alarms apart', () => {
    expect(strictDatasetScore([good, perfect, falseAlarm, quiet])).toEqual({
      images: 4,
      emptyLabels: 2,
      falseAlarmRate: 0.5,
      pa: 12 / 20,
      mIoU: 12 / (20 + 20 - 12),
      mDice: 24 / 40,
    });
  });

  it('strict per image: means over labelled pictures', () => {
    const score = strictPerImageScore([good, perfect, falseAlarm, quiet]);
    expect(score).toMatchObject({ images: 4, emptyLabels: 2, falseAlarmRate: 0.5, pa: 0.75 });
    expect(score.mIoU).toBeCloseTo((8 / 18 + 1) / 2, 12);
    expect(score.mDice).toBeCloseTo((16 / 26 + 1) / 2, 12);
    expect(strictPerImageScore([falseAlarm])).toMatchObject({ pa: null, mIoU: null, mDice: null, falseAlarmRate: 1 });
  });

  it('has no value without pictures', () => {
    expect(strictDatasetScore([])).toMatchObject({ images: 0, pa: null, mIoU: null, mDice: null });
    expect(compatDatasetScore([])).toMatchObject({ images: 0, pa: null });
  });

  it.each([11, 12, 13])('equal an independent count over sets of positions (seed %i)', (seed) => {
    const random = randomSource(seed);
    const pairs = Array.from({ length: 5 }, () => {
      const mask = (share: number): Uint8Array =>
        Uint8Array.from({ length: 300 }, () => (random() < share ? 255 : Math.floor(random() * 254)));
      return { prediction: mask(0.3), label: mask(0.2) };
    });
    const positions = (mask: Uint8Array): Set<number> => new Set([...mask.keys()].filter((i) => mask[i] === 255));
    const naive = pairs.map(({ prediction, label }) => {
      const [p, g] = [positions(prediction), positions(label)];
      const common = [...p].filter((i) => g.has(i)).length;
      return { pa: common / g.size, iou: common / new Set([...p, ...g]).size, dice: (2 * common) / (p.size + g.size) };
    });
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const score = compatDatasetScore(pairs.map(({ prediction, label }) => countOverlap(prediction, label, 255)));
    expect(score.pa).toBeCloseTo(mean(naive.map((one) => one.pa)), 12);
    expect(score.mIoU).toBeCloseTo(mean(naive.map((one) => one.iou)), 12);
    expect(score.mDice).toBeCloseTo(mean(naive.map((one) => one.dice)), 12);
  });
});
