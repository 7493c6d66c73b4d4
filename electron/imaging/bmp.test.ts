import { describe, expect, it } from 'vitest';
import { decodeBytes } from './decode';
import { bmpFile, bmpRows, type BmpSpec } from './testing/bmp-writer';
import { codeOf } from './testing/expect-code';

async function decode(spec: BmpSpec): Promise<{ size: [number, number, number]; samples: number[] }> {
  const image = await decodeBytes(bmpFile(spec), 'test.bmp');
  return { size: [image.width, image.height, image.channels], samples: [...image.data] };
}

const colours = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [9, 8, 7],
] as const;
const red = [255, 0, 0];
const green = [0, 255, 0];
const blue = [0, 0, 255];
const greyRamp = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);

describe('BMP', () => {
  it('reads 1 bit, bottom row first', async () => {
    const palette = [
      [0, 0, 0],
      [255, 255, 255],
    ] as const;
    const { size, samples } = await decode({
      width: 9,
      height: 2,
      bitsPerPixel: 1,
      palette,
      pixels: bmpRows([
        [0b10000000, 0x80],
        [0b01010101, 0],
      ]),
    });
    expect(size).toEqual([9, 2, 1]);
    expect(samples).toEqual([0, 255, 0, 255, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('reads 4 bit colours', async () => {
    const { size, samples } = await decode({ width: 3, height: 1, bitsPerPixel: 4, palette: colours, pixels: bmpRows([[0x01, 0x20]]) });
    expect(size).toEqual([3, 1, 3]);
    expect(samples).toEqual([...red, ...green, ...blue]);
  });

  it('reads 2 bit colours', async () => {
    const { samples } = await decode({ width: 3, height: 1, bitsPerPixel: 2, palette: colours, pixels: bmpRows([[0b00011000]]) });
    expect(samples).toEqual([...red, ...green, ...blue]);
  });

  it('keeps an 8-bit grey ramp at one channel', async () => {
    const { size, samples } = await decode({
      width: 3,
      height: 2,
      bitsPerPixel: 8,
      palette: greyRamp,
      pixels: bmpRows([
        [40, 50, 60],
        [10, 20, 30],
      ]),
    });
    expect(size).toEqual([3, 2, 1]);
    expect(samples).toEqual([10, 20, 30, 40, 50, 60]);
  });

  it('follows an inverted grey palette', async () => {
    const palette = greyRamp.map(([v]) => [255 - v, 255 - v, 255 - v] as const);
    const { samples } = await decode({ width: 2, height: 1, bitsPerPixel: 8, palette, pixels: bmpRows([[0, 200]]) });
    expect(samples).toEqual([255, 55]);
  });

  it('reads 8 bit colours, and indices beyond the palette as black', async () => {
    const { samples } = await decode({ width: 2, height: 1, bitsPerPixel: 8, palette: colours, pixels: bmpRows([[2, 200]]) });
    expect(samples).toEqual([...blue, 0, 0, 0]);
  });

  it('reads 24 bit top-down and bottom-up', async () => {
    const rows = [
      [3, 2, 1, 6, 5, 4, 9, 8, 7],
      [30, 20, 10, 60, 50, 40, 90, 80, 70],
    ];
    const first = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const second = [10, 20, 30, 40, 50, 60, 70, 80, 90];
    const spec = { width: 3, height: 2, bitsPerPixel: 24, pixels: bmpRows(rows) };
    expect((await decode({ ...spec, topDown: true })).samples).toEqual([...first, ...second]);
    expect((await decode(spec)).samples).toEqual([...second, ...first]);
  });

  it('reads 32 bit and ignores the fourth byte', async () => {
    const { samples } = await decode({ width: 2, height: 1, bitsPerPixel: 32, pixels: bmpRows([[3, 2, 1, 0, 6, 5, 4, 255]]) });
    expect(samples).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads bit fields', async () => {
    const swapped = { compression: 3, masks: [0x0000ff, 0x00ff00, 0xff0000] as const };
    expect((await decode({ width: 1, height: 1, bitsPerPixel: 32, ...swapped, pixels: bmpRows([[1, 2, 3, 0]]) })).samples).toEqual([
      1, 2, 3,
    ]);
    const rgb565 = { compression: 3, masks: [0xf800, 0x07e0, 0x001f] as const };
    const pixels = bmpRows([[0x00, 0xf8, 0xe0, 0x07]]);
    expect((await decode({ width: 2, height: 1, bitsPerPixel: 16, ...rgb565, pixels })).samples).toEqual([...red, ...green]);
    const top = { compression: 3, masks: [0xff000000, 0xff0000, 0xff00] as const };
    expect((await decode({ width: 1, height: 1, bitsPerPixel: 32, ...top, pixels: bmpRows([[0, 3, 2, 200]]) })).samples).toEqual([
      200, 2, 3,
    ]);
  });

  it('reads 16 bit without masks as 5-5-5', async () => {
    const { samples } = await decode({ width: 2, height: 1, bitsPerPixel: 16, pixels: bmpRows([[0x00, 0x7c, 0x1f, 0x00]]) });
    expect(samples).toEqual([...red, ...blue]);
  });

  it('reads the old OS/2 header', async () => {
    const { samples } = await decode({ width: 2, height: 1, bitsPerPixel: 8, core: true, palette: colours, pixels: bmpRows([[1, 0]]) });
    expect(samples).toEqual([...green, ...red]);
  });

  it('reads RLE8: runs, literals, jumps, both row orders', async () => {
    // first stored row: 2 × index 1, literal 0 2 3; second: jump right by 3, run of 2 × index 2
    const pixels = Buffer.from([2, 1, 0, 3, 0, 2, 3, 0, 0, 0, 0, 2, 3, 0, 2, 2, 0, 1]);
    const spec = { width: 5, height: 2, bitsPerPixel: 8, compression: 1, palette: colours, pixels };
    const upper = [...green, ...green, ...red, ...blue, 9, 8, 7];
    const lower = [...red, ...red, ...red, ...blue, ...blue];
    expect((await decode({ ...spec, topDown: true })).samples).toEqual([...upper, ...lower]);
    expect((await decode(spec)).samples).toEqual([...lower, ...upper]);
  });

  it('reads RLE4', async () => {
    const pixels = Buffer.from([3, 0x12, 0, 3, 0x01, 0x20, 0, 1]);
    const { samples } = await decode({ width: 6, height: 1, bitsPerPixel: 4, compression: 2, palette: colours, pixels });
    expect(samples).toEqual([...green, ...blue, ...green, ...red, ...green, ...blue]);
  });

  it('keeps runs that leave the row inside the picture', async () => {
    const pixels = Buffer.from([200, 1, 0, 0, 2, 2, 0, 1]);
    const { samples } = await decode({ width: 2, height: 2, bitsPerPixel: 8, compression: 1, palette: colours, pixels });
    expect(samples).toEqual([...blue, ...blue, ...green, ...green]);
  });

  it('rejects cut and impossible files', async () => {
    const rows = bmpRows([
      [40, 50, 60],
      [10, 20, 30],
    ]);
    const whole = bmpFile({ width: 3, height: 2, bitsPerPixel: 8, palette: greyRamp, pixels: rows });
    expect(await codeOf(decodeBytes(whole.subarray(0, whole.length - 1), 'no-padding.bmp'))).toBe('none');
    expect(await codeOf(decodeBytes(whole.subarray(0, whole.length - 3), 'cut.bmp'))).toBe('image-truncated');
    const rle = bmpFile({ width: 5, height: 2, bitsPerPixel: 8, compression: 1, palette: colours, pixels: Buffer.from([5, 1, 0, 0, 2]) });
    expect(await codeOf(decodeBytes(rle, 'cut-rle.bmp'))).toBe('image-truncated');
    expect(await codeOf(decode({ width: 0, height: 2, bitsPerPixel: 24, pixels: rows }))).toBe('image-corrupt');
    expect(await codeOf(decode({ width: 3, height: 2, bitsPerPixel: 24, compression: 4, pixels: rows }))).toBe('image-unsupported');
  });
});
