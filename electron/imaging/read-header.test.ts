import { execFileSync } from 'node:child_process';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from './read-header';
import { sharp } from './sharp-setup';
import { withoutRootRights } from './testing/as-nobody';
import { bmpFile } from './testing/bmp-writer';
import { codeOf } from './testing/expect-code';
import { makeTempFolder, removeTempFolder } from './testing/temp-folder';
import { fixtureHeight, fixtureWidth, writeFixtures, type FixtureName } from './testing/write-fixtures';

let folder: string;
let fixtures: Record<FixtureName, string>;
beforeAll(async () => {
  folder = await makeTempFolder();
  fixtures = await writeFixtures(folder);
});
afterAll(() => removeTempFolder(folder));

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

describe('readHeader', () => {
  const usual = { width: fixtureWidth, height: fixtureHeight, bitDepth: 8 };
  it.each([
    ['greyJpeg', { ...usual, format: 'jpeg', channels: 1 }],
    ['rgbPng', { ...usual, format: 'png', channels: 3 }],
    ['palettePng', { ...usual, format: 'png', channels: 3 }],
    ['alphaPng', { ...usual, format: 'png', channels: 3 }],
    ['bmp1', { format: 'bmp', width: 10, height: 3, channels: 1, bitDepth: 8 }],
    ['bmp8', { format: 'bmp', width: 3, height: 2, channels: 3, bitDepth: 8 }],
    ['bmp24', { format: 'bmp', width: 2, height: 2, channels: 3, bitDepth: 8 }],
    ['grey16Tiff', { ...usual, format: 'tiff', channels: 1, bitDepth: 16 }],
    ['rgb16Png', { ...usual, format: 'png', channels: 3, bitDepth: 16 }],
    ['cmykJpeg', { ...usual, format: 'jpeg', channels: 3 }],
    ['cmykTiff', { ...usual, format: 'tiff', channels: 3 }],
    ['orientation6Jpeg', { format: 'jpeg', width: fixtureHeight, height: fixtureWidth, channels: 1, bitDepth: 8 }],
    ['onePixelPng', { format: 'png', width: 1, height: 1, channels: 3, bitDepth: 8 }],
    ['stripJpeg', { format: 'jpeg', width: 30_000, height: 1100, channels: 1, bitDepth: 8 }],
  ] as const)('%s', async (name, header) => {
    expect(await readHeader(fixtures[name])).toEqual(header);
  });

  it('goes by the content, not the name', async () => {
    const file = path.join(folder, 'really-a-png.jpg');
    await copyFile(fixtures.rgbPng, file);
    expect((await readHeader(file)).format).toBe('png');
  });

  it('refuses what is not an image', async () => {
    await expect(readHeader(fixtures.textJpg)).rejects.toMatchObject({ code: 'image-corrupt', details: { path: fixtures.textJpg } });
    expect(await codeOf(readHeader(await put('bm.bmp', 'BMW is a maker of cars, and this is a text.')))).toBe('image-corrupt');
    expect(await codeOf(readHeader(fixtures.emptyPng))).toBe('image-empty');
  });

  it('refuses other formats by name and never loads them', async () => {
    const svg = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
    const webp = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
      .webp()
      .toBuffer();
    const gif = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#123456' } })
      .gif()
      .toBuffer();
    await expect(readHeader(await put('drawing.png', svg))).rejects.toMatchObject({
      code: 'image-unsupported',
      details: { format: 'SVG' },
    });
    await expect(readHeader(await put('web.jpg', webp))).rejects.toMatchObject({ code: 'image-unsupported', details: { format: 'WebP' } });
    await expect(readHeader(await put('web.png', gif))).rejects.toMatchObject({ code: 'image-unsupported', details: { format: 'GIF' } });
    await expect(sharp(Buffer.from(svg)).metadata()).rejects.toThrow(/unsupported/);
    await expect(sharp(webp).metadata()).rejects.toThrow(/unsupported/);
  });

  it('tells missing, folder and pipe apart', async () => {
    expect(await codeOf(readHeader(path.join(folder, 'gone.jpg')))).toBe('image-missing');
    expect(await codeOf(readHeader(folder))).toBe('image-unreadable');
    const pipe = path.join(folder, 'pipe.jpg');
    execFileSync('mkfifo', [pipe]);
    expect(await codeOf(readHeader(pipe))).toBe('image-unreadable');
  });

  it('names a file that the user may not read', async () => {
    const file = path.join(folder, 'locked.png');
    await copyFile(fixtures.rgbPng, file);
    await chmod(folder, 0o755);
    await chmod(file, 0);
    expect(await withoutRootRights(() => codeOf(readHeader(file)))).toBe('image-unreadable');
  });

  it('refuses pictures too large to hold, from the header alone', async () => {
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    const huge = bmpFile({ width: 40_000, height: 40_000, bitsPerPixel: 24, pixels: Buffer.alloc(0) });
    const long = bmpFile({ width: 300_001, height: 1, bitsPerPixel: 24, pixels: Buffer.alloc(0) });
    expect(await codeOf(readHeader(await put('huge.bmp', huge)))).toBe('image-too-large');
    expect(await codeOf(readHeader(await put('long.bmp', long)))).toBe('image-too-large');
    expect(await codeOf(readHeader(await put('bomb.png', withPngSize(png, 200_000, 200_000))))).toBe('image-too-large');
  });

  it('calls a header that breaks off truncated', async () => {
    const jpeg = await readFile(fixtures.greyJpeg);
    const png = await readFile(fixtures.rgbPng);
    expect(await codeOf(readHeader(await put('short.jpg', jpeg.subarray(0, 40))))).toBe('image-truncated');
    expect(await codeOf(readHeader(await put('short.png', png.subarray(0, 20))))).toBe('image-truncated');
    expect(await codeOf(readHeader(await put('short.bmp', Buffer.from('BM\0\0'))))).toBe('image-truncated');
  });
});

/** The PNG with another size in its IHDR chunk, checksum made right. */
function withPngSize(png: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(png);
  changed.writeUInt32BE(width, 16);
  changed.writeUInt32BE(height, 20);
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29);
  return changed;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
