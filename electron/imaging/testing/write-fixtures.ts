/** Image files of every kind that RailScope must read or refuse, for the tests of all rooms. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sharp } from '../sharp-setup';
import { bmpFile, bmpRows } from './bmp-writer';

/** Size of the ordinary fixtures. */
export const fixtureWidth = 64;
export const fixtureHeight = 48;
const pixelCount = fixtureWidth * fixtureHeight;

/** The samples that the lossless fixtures hold: every value is a function of the index alone. */
export const fixtureSamples = {
  grey8: Uint8Array.from({ length: pixelCount }, (_, i) => (i * 5) % 256),
  rgb8: Uint8Array.from({ length: pixelCount * 3 }, (_, i) => (i * 7) % 256),
  grey16: Uint16Array.from({ length: pixelCount }, (_, i) => (i * 21 + 3) % 65_536),
  rgb16: Uint16Array.from({ length: pixelCount * 3 }, (_, i) => (i * 37 + 5) % 65_536),
};

/** The flat colour of `cmykJpeg` and `cmykTiff`, before its way through ink and back. */
export const cmykColour = { red: 170, green: 90, blue: 80 };

const fixtureNames = {
  greyJpeg: 'grey.jpg',
  rgbPng: 'rgb.png',
  palettePng: 'palette.png',
  alphaPng: 'alpha.png',
  bmp1: 'one-bit.bmp',
  bmp8: 'palette.bmp',
  bmp24: 'true-colour.bmp',
  grey16Tiff: 'grey16.tif',
  rgb16Png: 'rgb16.png',
  cmykJpeg: 'cmyk.jpg',
  cmykTiff: 'cmyk.tiff',
  orientation6Jpeg: 'orientation6.jpg',
  truncatedJpeg: 'truncated.jpg',
  truncatedPng: 'truncated.png',
  textJpg: 'text.jpg',
  emptyPng: 'empty.png',
  onePixelPng: 'one-pixel.png',
  stripJpeg: 'strip-30000x1100.jpg',
} as const;
export type FixtureName = keyof typeof fixtureNames;

/**
 * Writes all fixtures into an existing folder.
 * @returns the absolute path of each
 */
export async function writeFixtures(folder: string): Promise<Record<FixtureName, string>> {
  const contents = await fixtureContents();
  const paths = {} as Record<FixtureName, string>;
  for (const name of Object.keys(fixtureNames) as FixtureName[]) {
    paths[name] = path.resolve(folder, fixtureNames[name]);
    await writeFile(paths[name], contents[name]);
  }
  return paths;
}

async function fixtureContents(): Promise<Record<FixtureName, Buffer>> {
  const grey = raw(fixtureSamples.grey8, 1);
  const rgb = raw(fixtureSamples.rgb8, 3);
  const flat = sharp({ create: { width: fixtureWidth, height: fixtureHeight, channels: 3, background: rgbOf(cmykColour) } });
  const greyJpeg = await grey.clone().toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
  const rgbPng = await rgb.clone().png().toBuffer();
  return {
    greyJpeg,
    rgbPng,
    palettePng: await sharp(fourColours(), { raw: { width: fixtureWidth, height: fixtureHeight, channels: 3 } })
      .png({ palette: true, colours: 4, dither: 0 })
      .toBuffer(),
    alphaPng: await rgb.clone().ensureAlpha(0.5).png().toBuffer(),
    bmp1: oneBitBmp(),
    bmp8: paletteBmp(),
    bmp24: trueColourBmp(),
    grey16Tiff: await raw(fixtureSamples.grey16, 1).toColourspace('grey16').tiff({ compression: 'deflate' }).toBuffer(),
    rgb16Png: await raw(fixtureSamples.rgb16, 3).toColourspace('rgb16').png().toBuffer(),
    cmykJpeg: await flat.clone().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer(),
    cmykTiff: await flat.clone().toColourspace('cmyk').tiff({ compression: 'lzw' }).toBuffer(),
    orientation6Jpeg: await orientedJpeg(),
    truncatedJpeg: greyJpeg.subarray(0, Math.floor(greyJpeg.length * 0.6)),
    truncatedPng: rgbPng.subarray(0, Math.floor(rgbPng.length * 0.6)),
    textJpg: Buffer.from('This is a note, not a picture.\n'),
    emptyPng: Buffer.alloc(0),
    onePixelPng: await sharp(Uint8Array.of(10, 20, 30), { raw: { width: 1, height: 1, channels: 3 } })
      .png()
      .toBuffer(),
    stripJpeg: await sharp({ create: { width: 30_000, height: 1100, channels: 3, background: '#303030' } })
      .toColourspace('b-w')
      .jpeg({ quality: 60 })
      .toBuffer(),
  };
}

function raw(samples: Uint8Array | Uint16Array, channels: 1 | 3): ReturnType<typeof sharp> {
  return sharp(samples, { raw: { width: fixtureWidth, height: fixtureHeight, channels } });
}

function rgbOf({ red, green, blue }: typeof cmykColour): { r: number; g: number; b: number } {
  return { r: red, g: green, b: blue };
}

/** Quarters of red (top left), green, blue, white (bottom right). */
function fourColours(): Uint8Array {
  const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
  const samples = new Uint8Array(pixelCount * 3);
  for (let i = 0; i < pixelCount; i++) {
    const quarter = (Math.floor(i / fixtureWidth) >= fixtureHeight / 2 ? 2 : 0) + (i % fixtureWidth >= fixtureWidth / 2 ? 1 : 0);
    for (let c = 0; c < 3; c++) samples[i * 3 + c] = colours[quarter * 3 + c] ?? 0;
  }
  return samples;
}

/** Stored 64×48 with a white left half; orientation 6 shows it 48×64 with a white upper half. */
async function orientedJpeg(): Promise<Buffer> {
  const samples = Uint8Array.from({ length: pixelCount }, (_, i) => (i % fixtureWidth < fixtureWidth / 2 ? 255 : 0));
  const jpeg = await raw(samples, 1).toColourspace('b-w').jpeg({ quality: 100 }).toBuffer();
  return Buffer.concat([jpeg.subarray(0, 2), exifOrientation(6), jpeg.subarray(2)]);
}

/** A JPEG segment APP1 that holds nothing but the orientation. */
function exifOrientation(orientation: number): Buffer {
  const directory = Buffer.from([
    ...Buffer.from('II*\0'),
    8,
    0,
    0,
    0,
    1,
    0,
    0x12,
    0x01,
    3,
    0,
    1,
    0,
    0,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ]);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), directory]);
  return Buffer.concat([Buffer.from([0xff, 0xe1, 0, body.length + 2]), body]);
}

/** 10×3, black and white; the top row reads 1010101010. */
function oneBitBmp(): Buffer {
  const rows = [
    [0xff, 0xc0],
    [0x00, 0x00],
    [0xaa, 0x80],
  ];
  const palette = [
    [0, 0, 0],
    [255, 255, 255],
  ] as const;
  return bmpFile({ width: 10, height: 3, bitsPerPixel: 1, palette, pixels: bmpRows(rows) });
}

/** 3×2, colours by index: top row red green blue, bottom row blue green red. */
function paletteBmp(): Buffer {
  const palette = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ] as const;
  const rows = [
    [2, 1, 0],
    [0, 1, 2],
  ];
  return bmpFile({ width: 3, height: 2, bitsPerPixel: 8, palette, pixels: bmpRows(rows) });
}

/** 2×2: top row (1,2,3) (4,5,6), bottom row (7,8,9) (10,11,12). */
function trueColourBmp(): Buffer {
  const rows = [
    [9, 8, 7, 12, 11, 10],
    [3, 2, 1, 6, 5, 4],
  ];
  return bmpFile({ width: 2, height: 2, bitsPerPixel: 24, pixels: bmpRows(rows) });
}
