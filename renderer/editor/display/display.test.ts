import { describe, expect, it } from 'vitest';
import { stretchSamples, stretchTable, thresholdSamples } from './lut';
import { isDark, openingStretch, presetStretch } from './presets';
import { countSamples, histogramBars, meanSample, percentile } from './statistics';

const plain = { low: 0, high: 255, gamma: 1, invert: false };

describe('stretchTable', () => {
  it('leaves 8 bit as it is at full range', () => {
    expect(Array.from(stretchTable(plain, 8))).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });
  it('maps window and level of 16 bit linearly and cuts outside', () => {
    const table = stretchTable({ low: 1000, high: 3000, gamma: 1, invert: false }, 16);
    expect([0, 1000, 2000, 3000, 65_535].map((dn) => table[dn])).toEqual([0, 0, 128, 255, 255]);
    expect(table).toHaveLength(65_536);
  });
  it('gamma above 1 lifts the shadows; invert turns round', () => {
    expect(stretchTable({ ...plain, gamma: 2 }, 8)[64]).toBe(Math.round(255 * Math.sqrt(64 / 255)));
    const inverted = stretchTable({ ...plain, invert: true }, 8);
    expect([inverted[0], inverted[255]]).toEqual([255, 0]);
  });
  it('is monotonous for any window', () => {
    const table = stretchTable({ low: 20, high: 90, gamma: 0.6, invert: false }, 8);
    for (let i = 1; i < 256; i++) expect(table[i] ?? 0).toBeGreaterThanOrEqual(table[i - 1] ?? 0);
  });
});

it('stretchSamples makes opaque grey or colour pixels', () => {
  const out = new Uint32Array(2);
  stretchSamples(Uint8Array.from([0x10, 0xff]), 1, stretchTable(plain, 8), out);
  expect(Array.from(out, (pixel) => pixel.toString(16))).toEqual(['ff101010', 'ffffffff']);
  stretchSamples(Uint8Array.from([1, 2, 3, 4, 5, 6]), 3, stretchTable(plain, 8), out);
  expect(Array.from(out, (pixel) => pixel.toString(16))).toEqual(['ff030201', 'ff060504']);
});

it('thresholdSamples shows probabilities at or above the threshold, and never zero', () => {
  const out = new Uint32Array(4);
  thresholdSamples(Uint8Array.from([0, 127, 128, 255]), 0.5, 7, out);
  expect(Array.from(out)).toEqual([0, 0, 7, 7]);
  thresholdSamples(Uint8Array.from([0, 1, 0, 0]), 0, 7, out);
  expect(Array.from(out)).toEqual([0, 7, 0, 0]);
});

describe('statistics', () => {
  const tile = { width: 4, height: 2, channels: 1 as const, bitDepth: 8 as const, samples: Uint8Array.from([1, 2, 3, 4, 1, 1, 1, 200]) };

  it('counts a part, or all where the part lies outside', () => {
    expect(countSamples(tile, { x: 3, y: 0, width: 9, height: 9 }).total).toBe(2);
    expect(countSamples(tile, { x: 50, y: 0, width: 9, height: 9 }).total).toBe(8);
    expect(meanSample(countSamples(tile, null))).toBe(213 / 8);
  });
  it('percentiles are sample values', () => {
    const counts = countSamples(tile, null);
    expect([percentile(counts, 0), percentile(counts, 0.5), percentile(counts, 0.51), percentile(counts, 1)]).toEqual([1, 1, 2, 200]);
  });
  it('histogram bars cover the range', () => {
    expect(histogramBars(countSamples(tile, null), 2, 0, 256)).toEqual([1, Math.sqrt(1 / 7)]);
  });
});

describe('presets', () => {
  const grey = (value: number) =>
    countSamples({ width: 10, height: 10, channels: 1, bitDepth: 8, samples: new Uint8Array(100).fill(value) }, null);

  it('stretches dark pictures on opening and leaves others alone', () => {
    expect(isDark(grey(12), 8)).toBe(true);
    expect(openingStretch(grey(120), 8)).toEqual(plain);
    expect(openingStretch(grey(12), 8)).toEqual({ low: 12, high: 14, gamma: 1, invert: false });
  });
  it('every preset gives a window of at least 1 DN', () => {
    for (const preset of ['auto', 'full', 'dark-rail', 'bright'] as const) {
      const { low, high } = presetStretch(preset, grey(0), 8);
      expect(high).toBeGreaterThan(low);
    }
  });
});
