import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes, decodeImage } from './decode';
import { readHeader } from './read-header';
import { sharp } from './sharp-setup';
import { codeOf } from './testing/expect-code';
import { makeTempFolder, removeTempFolder } from './testing/temp-folder';
import { tiffFile } from './testing/tiff-writer';
import { cmykColour, fixtureHeight, fixtureSamples, fixtureWidth, writeFixtures, type FixtureName } from './testing/write-fixtures';
import type { DecodedImage } from './types';

let folder: string;
let fixtures: Record<FixtureName, string>;
beforeAll(async () => {
  folder = await makeTempFolder();
  fixtures = await writeFixtures(folder);
});
afterAll(() => removeTempFolder(folder));

function pixel(image: DecodedImage, x: number, y: number): number[] {
  const at = (y * image.width + x) * image.channels;
  return [...image.data.subarray(at, at + image.channels)];
}

describe('decodeImage', () => {
  it('keeps RGB samples of a PNG', async () => {
    const image = await decodeImage(fixtures.rgbPng);
    expect([image.width, image.height, image.channels, image.bitDepth]).toEqual([fixtureWidth, fixtureHeight, 3, 8]);
    expect(image.data).toEqual(fixtureSamples.rgb8);
  });

  it('keeps a grey JPEG at one channel', async () => {
    const image = await decodeImage(fixtures.greyJpeg);
    expect([image.channels, image.bitDepth, image.data.length]).toEqual([1, 8, fixtureWidth * fixtureHeight]);
    const worst = Math.max(...image.data.map((value, i) => Math.abs(value - (fixtureSamples.grey8[i] ?? 0))));
    expect(worst).toBeLessThanOrEqual(3);
  });

  it('keeps every bit of a 16-bit grey TIFF', async () => {
    const image = await decodeImage(fixtures.grey16Tiff);
    expect([image.channels, image.bitDepth]).toEqual([1, 16]);
    expect(image.data).toEqual(fixtureSamples.grey16);
  });

  it('keeps every bit of a 16-bit RGB PNG', async () => {
    const image = await decodeImage(fixtures.rgb16Png);
    expect([image.channels, image.bitDepth]).toEqual([3, 16]);
    expect(image.data).toEqual(fixtureSamples.rgb16);
  });

  it('turns palette entries into RGB', async () => {
    const image = await decodeImage(fixtures.palettePng);
    expect(image.channels).toBe(3);
    expect([pixel(image, 0, 0), pixel(image, 63, 0), pixel(image, 0, 47), pixel(image, 63, 47)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [255, 255, 255],
    ]);
  });

  it('flattens alpha on black', async () => {
    const image = await decodeImage(fixtures.alphaPng);
    expect(image.channels).toBe(3);
    const worst = Math.max(...image.data.map((value, i) => Math.abs(value - (fixtureSamples.rgb8[i] ?? 0) / 2)));
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('drops the alpha of 16-bit grey without losing bits', async () => {
    const opaque = Uint16Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? i * 4001 : 65_535));
    const bytes = await sharp(opaque, { raw: { width: 4, height: 1, channels: 2 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const image = await decodeBytes(bytes, 'grey-alpha.png');
    expect(image.header).toMatchObject({ channels: 1, bitDepth: 16 });
    expect([...image.data]).toEqual([0, 8002, 16_004, 24_006]);
  });

  it.each(['cmykJpeg', 'cmykTiff'] as const)('converts the inks of %s to the colour they print', async (name) => {
    const image = await decodeImage(fixtures[name]);
    expect([image.channels, image.bitDepth]).toEqual([3, 8]);
    const [red = 0, green = 0, blue = 0] = pixel(image, 10, 10);
    expect(Math.abs(red - cmykColour.red)).toBeLessThan(15);
    expect(Math.abs(green - cmykColour.green)).toBeLessThan(15);
    expect(Math.abs(blue - cmykColour.blue)).toBeLessThan(15);
  });

  it('converts 16-bit CMYK', async () => {
    const pixels = Buffer.from(Uint16Array.from({ length: 4 * 4 }, (_, i) => (i % 4 === 0 ? 65_535 : 0)).buffer);
    const bytes = tiffFile({ width: 2, height: 2, bitsPerSample: 16, samplesPerPixel: 4, photometric: 5, pixels });
    const image = await decodeBytes(bytes, 'cmyk16.tif');
    expect(image.channels).toBe(3);
    expect(image.bitDepth).toBe(image.header.bitDepth);
    const [red = 0, , blue = 0] = pixel(image, 1, 1);
    expect(blue).toBeGreaterThan(2 * red);
  });

  it('applies EXIF orientation', async () => {
    const image = await decodeImage(fixtures.orientation6Jpeg);
    expect([image.width, image.height]).toEqual([fixtureHeight, fixtureWidth]);
    expect(pixel(image, 24, 5)).toEqual([255]);
    expect(pixel(image, 24, 58)).toEqual([0]);
  });

  it('applies orientation to 16-bit TIFF, value for value', async () => {
    const pixels = Buffer.from(Uint16Array.of(100, 2000, 30_000, 4, 50_000, 65_535).buffer);
    const bytes = tiffFile({ width: 3, height: 2, bitsPerSample: 16, samplesPerPixel: 1, photometric: 1, orientation: 6, pixels });
    const image = await decodeBytes(bytes, 'turned.tif');
    expect([image.width, image.height]).toEqual([2, 3]);
    expect([...image.data]).toEqual([4, 100, 50_000, 2000, 65_535, 30_000]);
  });

  it('expands 1-bit samples', async () => {
    const bytes = tiffFile({
      width: 8,
      height: 1,
      bitsPerSample: 1,
      samplesPerPixel: 1,
      photometric: 1,
      pixels: Buffer.from([0b10110000]),
    });
    const image = await decodeBytes(bytes, 'bits.tif');
    expect([image.channels, image.bitDepth]).toEqual([1, 8]);
    expect([...image.data]).toEqual([255, 0, 255, 255, 0, 0, 0, 0]);
  });

  it('inverts white-is-zero grey', async () => {
    const bytes = tiffFile({ width: 2, height: 1, bitsPerSample: 8, samplesPerPixel: 1, photometric: 0, pixels: Buffer.from([0, 200]) });
    expect([...(await decodeBytes(bytes, 'fax.tif')).data]).toEqual([255, 55]);
  });

  it('reads the smallest picture and a long strip', async () => {
    const dot = await decodeImage(fixtures.onePixelPng);
    expect([dot.width, dot.height, ...dot.data]).toEqual([1, 1, 10, 20, 30]);
    const strip = await decodeImage(fixtures.stripJpeg);
    expect([strip.width, strip.height, strip.channels, strip.data.length]).toEqual([30_000, 1100, 1, 33_000_000]);
    expect(strip.data[32_999_999]).toBe(0x30);
  });

  it('gives luma when asked for grey', async () => {
    const image = await decodeImage(fixtures.rgbPng, { colour: 'grey' });
    const [r = 0, g = 0, b = 0] = fixtureSamples.rgb8.subarray(300, 303);
    expect([image.channels, image.header.channels]).toEqual([1, 3]);
    expect(image.data[100]).toBe(Math.round(0.299 * r + 0.587 * g + 0.114 * b));
    const deep = await decodeImage(fixtures.rgb16Png, { colour: 'grey' });
    expect(deep.data).toBeInstanceOf(Uint16Array);
    expect(deep.data.length).toBe(fixtureWidth * fixtureHeight);
  });

  it('keeps grey-valued RGB as RGB, and its value in luma', async () => {
    const samples = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const bytes = await sharp(samples, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    expect((await decodeBytes(bytes, 'ramp.png')).channels).toBe(3);
    expect([...(await decodeBytes(bytes, 'ramp.png', { colour: 'grey' })).data]).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  it('leaves samples alone where a colour profile is embedded', async () => {
    const bytes = await sharp(fixtureSamples.rgb8, { raw: { width: fixtureWidth, height: fixtureHeight, channels: 3 } })
      .withIccProfile('p3', { attach: true })
      .png()
      .toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    const converted = await sharp(bytes).raw().toBuffer();
    expect(Buffer.compare(stored, converted)).not.toBe(0);
    expect(Buffer.compare((await decodeBytes(bytes, 'p3.png')).data as Uint8Array, stored)).toBe(0);
  });

  it('notices that the picture is not the one that was listed', async () => {
    const expected = await readHeader(fixtures.rgbPng);
    expect(await codeOf(decodeImage(fixtures.rgbPng, { expect: expected }))).toBe('none');
    expect(await codeOf(decodeImage(fixtures.greyJpeg, { expect: expected }))).toBe('image-changed');
  });
});

describe('decodeImage of bad files', () => {
  it.each([
    ['truncatedJpeg', 'image-truncated'],
    ['truncatedPng', 'image-truncated'],
    ['textJpg', 'image-corrupt'],
    ['emptyPng', 'image-empty'],
  ] as const)('%s fails with %s and names the file', async (name, code) => {
    await expect(decodeImage(fixtures[name])).rejects.toMatchObject({ code, details: { path: fixtures[name] } });
  });

  it.each([0.2, 0.5, 0.95, 0.999])('rejects a JPEG cut at %d of its length', async (part) => {
    const bytes = await readFile(fixtures.stripJpeg);
    expect(await codeOf(decodeBytes(bytes.subarray(0, Math.floor(bytes.length * part)), 'cut.jpg'))).toBe('image-truncated');
  });

  it.each(['none', 'lzw', 'deflate'] as const)('rejects a cut %s TIFF with its directory at the end', async (compression) => {
    const bytes = await sharp(await readFile(fixtures.rgbPng))
      .tiff({ compression })
      .toBuffer();
    expect(await codeOf(decodeBytes(bytes.subarray(0, bytes.length >> 1), 'cut.tif'))).toBe('image-truncated');
    const file = path.join(folder, `cut-${compression}.tif`);
    await writeFile(file, bytes);
    await truncate(file, bytes.length >> 1);
    expect(await codeOf(readHeader(file))).toBe('image-truncated');
  });

  it('rejects a cut TIFF with its directory at the start', async () => {
    const bytes = tiffFile({
      width: 100,
      height: 100,
      bitsPerSample: 8,
      samplesPerPixel: 1,
      photometric: 1,
      pixels: Buffer.alloc(10_000, 7),
    });
    expect(await codeOf(decodeBytes(bytes, 'whole.tif'))).toBe('none');
    expect(await codeOf(decodeBytes(bytes.subarray(0, 6000), 'cut.tif'))).toBe('image-truncated');
  });

  it('rejects damaged scan data', async () => {
    const jpeg = Buffer.from(await readFile(fixtures.greyJpeg));
    for (let i = 0; i < 300; i += 3) jpeg[Math.floor(jpeg.length / 3) + i] = 0x5a ^ (i % 256);
    expect(await codeOf(decodeBytes(jpeg, 'bad.jpg'))).toBe('image-corrupt');
    const png = Buffer.from(await readFile(fixtures.rgbPng));
    for (let i = 0; i < 40; i++) png[Math.floor(png.length / 2) + i] = i;
    expect(await codeOf(decodeBytes(png, 'bad.png'))).toBe('image-corrupt');
  });

  it('tells a missing file from one that cannot be read', async () => {
    expect(await codeOf(decodeImage(path.join(folder, 'nowhere.jpg')))).toBe('image-missing');
    expect(await codeOf(decodeImage(folder))).toBe('image-unreadable');
  });

  it('does not read float samples as grey rubbish', async () => {
    const pixels = Buffer.from(Float32Array.of(0.1, 0.2, 0.3, 0.4).buffer);
    const bytes = tiffFile({ width: 2, height: 2, bitsPerSample: 32, samplesPerPixel: 1, photometric: 1, sampleFormat: 3, pixels });
    expect(await codeOf(decodeBytes(bytes, 'float.tif'))).toBe('image-unsupported');
  });
});
