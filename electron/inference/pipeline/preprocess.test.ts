import { describe, expect, it } from 'vitest';
import type { DecodedImage } from '#imaging';
import { syntheticImage } from '../testing/synthetic-image';
import type { InputWindow } from './output-pass';
import { TilePreprocessor } from './preprocess';

const plainInput = { width: 11, height: 7, channels: 3 as const, mean: [0], std: [1] };

/** A square of source pixels that fills the plain input. */
function square(x: number, y: number, side: number): InputWindow {
  return { x, y, width: side, height: side, targetWidth: 11, targetHeight: 7 };
}

/** One value by the definition: triangle of the widened radius around the projected centre, edges repeated. */
function reference(
  image: DecodedImage,
  left: number,
  top: number,
  side: number,
  size: [number, number],
  x: number,
  y: number,
  channel: number,
): number {
  const axis = (target: number, targetLength: number, limit: number): [number, number][] => {
    const ratio = side / targetLength;
    const radius = Math.max(1, ratio);
    const centre = (target + 0.5) * ratio - 0.5;
    const taps: [number, number][] = [];
    for (let at = Math.floor(centre - radius); at <= Math.ceil(centre + radius); at++) {
      const weight = Math.max(0, 1 - Math.abs(at - centre) / radius);
      taps.push([Math.min(Math.min(side, limit) - 1, Math.max(0, at)), weight]);
    }
    const sum = taps.reduce((total, [, weight]) => total + weight, 0);
    return taps.map(([at, weight]) => [at, weight / sum]);
  };
  let value = 0;
  for (const [row, rowWeight] of axis(y, size[1], image.height - top)) {
    for (const [column, columnWeight] of axis(x, size[0], image.width - left)) {
      value += rowWeight * columnWeight * (image.data[((top + row) * image.width + left + column) * image.channels + channel] ?? 0);
    }
  }
  return value / (image.bitDepth === 16 ? 65_535 : 255);
}

describe('TilePreprocessor', () => {
  it.each([
    ['grey 8 bit, shrunk', 1, 8, 16, 3, 5],
    ['grey 16 bit, shrunk', 1, 16, 16, 0, 0],
    ['RGB 8 bit, shrunk', 3, 8, 16, 24, 14],
    ['RGB 16 bit, over the lower edge', 3, 16, 16, 2, 20],
    ['grey 8 bit, enlarged', 1, 8, 5, 30, 20],
  ] as const)('agrees with the definition: %s', (_, channels, bitDepth, side, left, top) => {
    const image = syntheticImage(40, 30, { channels, bitDepth, pixel: (x, y, c) => ((x * 37 + y * 91 + c * 53) % 256) / 255 });
    const preprocessor = new TilePreprocessor(plainInput);
    const out = new Float32Array(preprocessor.tileLength + 2).fill(-1);
    preprocessor.write(image, square(left, top, side), out, 1);
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < 7; y++) {
        for (let x = 0; x < 11; x++) {
          const expected = reference(image, left, top, side, [11, 7], x, y, Math.min(channel, channels - 1));
          expect(out[1 + (channel * 7 + y) * 11 + x]).toBeCloseTo(expected, 5);
        }
      }
    }
    expect([out[0], out.at(-1)]).toEqual([-1, -1]);
  });

  it('normalises each channel by its mean and deviation', () => {
    const image = syntheticImage(600, 600, { pixel: () => 1 });
    const preprocessor = new TilePreprocessor({ width: 2, height: 2, channels: 3, mean: [0.5, 0.25, 0], std: [0.5, 0.25, 2] });
    const out = new Float32Array(12);
    preprocessor.write(image, { x: 0, y: 0, width: 512, height: 512, targetWidth: 2, targetHeight: 2 }, out, 0);
    expect([...out].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([1, 1, 1, 1, 3, 3, 3, 3, 0.5, 0.5, 0.5, 0.5]);
  });

  it('keeps the aspect of a window with other proportions, pads with mid grey, and forgets the window before', () => {
    const image = syntheticImage(40, 30, { channels: 3, pixel: (x, y, c) => ((x * 37 + y * 91 + c * 53) % 256) / 255 });
    const input = { width: 6, height: 8, channels: 3 as const, mean: [0.5], std: [0.25] };
    const preprocessor = new TilePreprocessor(input);
    const out = new Float32Array(preprocessor.tileLength);
    preprocessor.write(image, { x: 0, y: 0, width: 20, height: 20, targetWidth: 6, targetHeight: 8 }, out, 0);
    preprocessor.write(image, { x: 8, y: 4, width: 24, height: 12, targetWidth: 6, targetHeight: 3 }, out, 0);
    const fitted = new TilePreprocessor({ ...input, height: 3 });
    const alone = new Float32Array(fitted.tileLength);
    fitted.write(image, { x: 8, y: 4, width: 24, height: 12, targetWidth: 6, targetHeight: 3 }, alone, 0);
    for (let channel = 0; channel < 3; channel++) {
      const plane = out.subarray(channel * 48, (channel + 1) * 48);
      expect(plane.subarray(0, 18)).toEqual(alone.subarray(channel * 18, (channel + 1) * 18));
      expect(plane.subarray(18).every((value) => value === 0)).toBe(true);
    }
    const narrow = new Float32Array(preprocessor.tileLength);
    preprocessor.write(image, { x: 0, y: 0, width: 2, height: 8, targetWidth: 2, targetHeight: 8 }, narrow, 0);
    for (let y = 0; y < 8; y++) expect([...narrow.subarray(y * 6 + 2, y * 6 + 6)]).toEqual([0, 0, 0, 0]);
    expect(narrow[0]).toBeCloseTo(((image.data[0] ?? 0) / 255 - 0.5) / 0.25, 5);
  });

  it('serves pictures of any size in turn', () => {
    const preprocessor = new TilePreprocessor(plainInput);
    const first = new Float32Array(preprocessor.tileLength);
    const large = syntheticImage(700, 600, { pixel: (x) => (x % 7) / 7 });
    preprocessor.write(large, square(100, 50, 512), first, 0);
    const single = new Float32Array(preprocessor.tileLength);
    preprocessor.write(syntheticImage(1, 1, { pixel: () => 0.2 }), square(0, 0, 1), single, 0);
    for (const value of single) expect(value).toBeCloseTo(0.2, 5);
    const again = new Float32Array(preprocessor.tileLength);
    preprocessor.write(large, square(100, 50, 512), again, 0);
    expect(again).toEqual(first);
  });
});
