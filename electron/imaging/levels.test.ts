import { describe, expect, it } from 'vitest';
import { greyLevelRange, stretchTo8Bit } from './levels';
import { imageOf } from './testing/images';

describe('greyLevelRange', () => {
  it('leaves out half a percent on either side', () => {
    const data = Uint8Array.from({ length: 10_000 }, (_, i) => (i < 40 ? 0 : i < 9960 ? 50 + (i % 101) : 255));
    expect(greyLevelRange(imageOf(data, 100, 100))).toEqual({ low: 50, high: 150 });
  });

  it('counts a tail of more than half a percent', () => {
    const data = Uint8Array.from({ length: 10_000 }, (_, i) => (i < 60 ? 3 : i < 9940 ? 100 : 240));
    expect(greyLevelRange(imageOf(data, 100, 100))).toEqual({ low: 3, high: 240 });
  });

  it.each([
    [0, { low: 0, high: 1 }],
    [77, { low: 77, high: 78 }],
    [255, { low: 254, high: 255 }],
  ])('gives a flat picture of %d a range', (value, range) => {
    expect(greyLevelRange(imageOf(new Uint8Array(9).fill(value), 3, 3))).toEqual(range);
  });

  it('looks inside the box only, cut at the edges', () => {
    const data = Uint8Array.from({ length: 400 }, (_, i) => (i % 20 < 10 ? 10 : 200));
    const image = imageOf(data, 20, 20);
    expect(greyLevelRange(image, { x: -5, y: -5, width: 15, height: 15 })).toEqual({ low: 10, high: 11 });
    expect(greyLevelRange(image, { x: 12, y: 0, width: 100, height: 100 })).toEqual({ low: 200, high: 201 });
    expect(greyLevelRange(image, { x: 50, y: 50, width: 5, height: 5 })).toEqual({ low: 10, high: 200 });
  });

  it('keeps 16-bit precision and reads all channels', () => {
    expect(
      greyLevelRange(
        imageOf(
          Uint16Array.from({ length: 3 * 4 }, (_, i) => 40_000 + i * 7),
          2,
          2,
        ),
      ),
    ).toEqual({ low: 40_000, high: 40_077 });
  });

  it('subsamples long strips across both axes', () => {
    const width = 30_000;
    const height = 100;
    const data = Uint8Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? 20 : 120));
    expect(greyLevelRange(imageOf(data, width, height))).toEqual({ low: 20, high: 120 });
  });
});

describe('stretchTo8Bit', () => {
  const plain = { low: 0, high: 255, gamma: 1, invert: false };

  it('maps the window linearly and cuts outside it', () => {
    const image = imageOf(Uint8Array.of(0, 10, 60, 110, 200, 255), 6, 1);
    expect([...stretchTo8Bit(image, { ...plain, low: 10, high: 110 }).data]).toEqual([0, 0, 128, 255, 255, 255]);
  });

  it('inverts', () => {
    expect([...stretchTo8Bit(imageOf(Uint8Array.of(0, 100, 255), 3, 1), { ...plain, invert: true }).data]).toEqual([255, 155, 0]);
  });

  it('brightens the middle for gamma above 1 and keeps the ends', () => {
    const image = imageOf(Uint8Array.of(0, 64, 255), 3, 1);
    expect([...stretchTo8Bit(image, { ...plain, gamma: 2 }).data]).toEqual([0, 128, 255]);
    expect([...stretchTo8Bit(image, { ...plain, gamma: 0.5 }).data]).toEqual([0, 16, 255]);
  });

  it('brings 16 bit to 8 bit', () => {
    const stretched = stretchTo8Bit(imageOf(Uint16Array.of(1000, 2000, 3000), 3, 1), { ...plain, low: 1000, high: 3000 });
    expect(stretched).toMatchObject({ width: 3, height: 1, channels: 1, bitDepth: 8 });
    expect([...stretched.data]).toEqual([0, 128, 255]);
  });

  it('survives an empty window', () => {
    expect([...stretchTo8Bit(imageOf(Uint8Array.of(4, 5, 6), 3, 1), { ...plain, low: 5, high: 5 }).data]).toEqual([0, 0, 255]);
  });
});
