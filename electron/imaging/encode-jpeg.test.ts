import { describe, expect, it } from 'vitest';
import { cropGeometry } from './crop';
import { decodeBytes } from './decode';
import { encodeCrop, encodeThumbnail } from './encode-jpeg';
import { codeOf } from './testing/expect-code';
import { imageOf } from './testing/images';
import type { DecodedImage } from './types';

function filled(width: number, height: number, value: (x: number, y: number) => number): DecodedImage {
  return imageOf(
    Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
    width,
    height,
  );
}

async function opened(jpeg: Promise<Buffer>): Promise<DecodedImage> {
  const image = await decodeBytes(await jpeg, 'encoded.jpg');
  expect(image.header.format).toBe('jpeg');
  return image;
}

function mean(image: DecodedImage): number {
  let sum = 0;
  for (const value of image.data) sum += value;
  return sum / image.data.length;
}

describe('encodeThumbnail', () => {
  it('fits the longer side and keeps the shape', async () => {
    const thumbnail = await opened(encodeThumbnail(filled(2048, 1000, (x) => x % 256)));
    expect([thumbnail.width, thumbnail.height, thumbnail.channels]).toEqual([160, 78, 1]);
    const strip = await opened(encodeThumbnail(filled(20_000, 30, () => 128)));
    expect([strip.width, strip.height]).toEqual([160, 1]);
  });

  it('does not enlarge', async () => {
    const thumbnail = await opened(encodeThumbnail(filled(7, 1, () => 200)));
    expect([thumbnail.width, thumbnail.height]).toEqual([7, 1]);
  });

  it('stretches dark pictures and leaves others alone', async () => {
    const dark = await opened(encodeThumbnail(filled(400, 400, (x) => 4 + Math.floor(x / 40))));
    expect(mean(dark)).toBeGreaterThan(100);
    const light = await opened(encodeThumbnail(filled(400, 400, (x) => 100 + Math.floor(x / 4))));
    expect(Math.abs(mean(light) - 149.5)).toBeLessThan(2);
  });

  it('stretches 16 bit to the range in use', async () => {
    const data = Uint16Array.from({ length: 400 * 400 }, (_, i) => 40_000 + (i % 400));
    const thumbnail = await opened(encodeThumbnail(imageOf(data, 400, 400)));
    expect(Math.abs(mean(thumbnail) - 128)).toBeLessThan(4);
  });
});

describe('encodeCrop', () => {
  const image = filled(1000, 800, (x, y) => (x >= 500 && y >= 400 ? 220 : 30));

  it('shows the box at its own size where it is small enough', async () => {
    const crop = await opened(encodeCrop(image, { x: 520, y: 420, width: 100, height: 60 }, 400, null));
    expect([crop.width, crop.height]).toEqual([100, 60]);
    expect(mean(crop)).toBeCloseTo(220, 0);
  });

  it('shrinks to the limit and places pixels right', async () => {
    const crop = await opened(encodeCrop(image, { x: 0, y: 0, width: 1000, height: 800 }, 250, null));
    expect([crop.width, crop.height]).toEqual([250, 200]);
    expect(crop.data[150 * 250 + 190]).toBeGreaterThan(210);
    expect(crop.data[50 * 250 + 190]).toBeLessThan(40);
  });

  it('clips a box that reaches outside', async () => {
    const crop = await opened(encodeCrop(image, { x: 950, y: -20, width: 200, height: 60 }, 400, null));
    expect([crop.width, crop.height]).toEqual([50, 40]);
    expect(await codeOf(encodeCrop(image, { x: 1000, y: 0, width: 20, height: 20 }, 400, null))).toBe('bad-request');
  });

  it('applies the display mapping', async () => {
    const stretch = { low: 0, high: 60, gamma: 1, invert: true };
    const crop = await opened(encodeCrop(image, { x: 0, y: 0, width: 40, height: 40 }, 400, stretch));
    expect(Math.abs(mean(crop) - 127)).toBeLessThan(2);
  });

  it('shows 16 bit over its full range unless told', async () => {
    const data = new Uint16Array(64 * 64).fill(25_700);
    expect(
      Math.abs(mean(await opened(encodeCrop(imageOf(data, 64, 64), { x: 0, y: 0, width: 64, height: 64 }, 64, null))) - 100),
    ).toBeLessThan(1.5);
  });

  it('keeps colour', async () => {
    const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => [200, 40, 90][i % 3] ?? 0);
    const crop = await opened(encodeCrop(imageOf(data, 64, 64), { x: 3, y: 3, width: 50, height: 50 }, 25, null));
    expect([crop.width, crop.height, crop.channels]).toEqual([25, 25, 3]);
    const colour = [...crop.data.subarray(300, 303)];
    expect(Math.max(...colour.map((value, c) => Math.abs(value - ([200, 40, 90][c] ?? 0))))).toBeLessThan(5);
  });
});

describe('cropGeometry', () => {
  it('rounds like the encoder and never to nothing', async () => {
    const geometry = cropGeometry(333, 217, { x: -3, y: 1, width: 300, height: 1000 }, 100);
    expect(geometry.box).toEqual({ x: 0, y: 1, width: 297, height: 216 });
    const crop = await opened(
      encodeCrop(
        filled(333, 217, () => 99),
        { x: -3, y: 1, width: 300, height: 1000 },
        100,
        null,
      ),
    );
    expect([geometry.width, geometry.height]).toEqual([crop.width, crop.height]);
    expect(cropGeometry(10_000, 2, { x: 0, y: 0, width: 10_000, height: 2 }, 100)).toMatchObject({ width: 100, height: 1 });
  });
});
