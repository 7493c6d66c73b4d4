import { expect, it } from 'vitest';
import { shrinkByTwo } from './shrink';
import { imageOf } from './testing/images';

it('takes the rounded mean of 2×2 pixels', () => {
  const half = shrinkByTwo(imageOf(Uint8Array.of(0, 10, 255, 255, 20, 31, 255, 254), 4, 2));
  expect([half.width, half.height, ...half.data]).toEqual([2, 1, 15, 255]);
});

it('averages an odd last column and row by themselves', () => {
  const half = shrinkByTwo(imageOf(Uint8Array.of(1, 1, 100, 1, 1, 200, 50, 60, 9), 3, 3));
  expect([half.width, half.height, ...half.data]).toEqual([2, 2, 1, 150, 55, 9]);
});

it('keeps channels apart', () => {
  const half = shrinkByTwo(imageOf(Uint8Array.of(10, 100, 200, 20, 110, 220, 7, 8, 9), 3, 1));
  expect([half.width, half.height, half.channels, ...half.data]).toEqual([2, 1, 3, 15, 105, 210, 7, 8, 9]);
});

it('does not overflow 16 bit', () => {
  const half = shrinkByTwo(imageOf(Uint16Array.of(65_535, 65_535, 65_535, 65_533), 2, 2));
  expect(half.data).toEqual(Uint16Array.of(65_535));
  expect(half.bitDepth).toBe(16);
});

it('leaves a single pixel as it is', () => {
  expect([...shrinkByTwo(imageOf(Uint8Array.of(42), 1, 1)).data]).toEqual([42]);
});
