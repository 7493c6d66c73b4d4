/** Uncompressed little-endian TIFF files for tests, with the directory first so that cutting the end loses pixels. */

export interface TiffSpec {
  width: number;
  height: number;
  bitsPerSample: number;
  samplesPerPixel: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 5 CMYK */
  photometric: number;
  /** 1 unsigned, 2 signed, 3 float */
  sampleFormat?: number;
  orientation?: number;
  pixels: Buffer;
}

const SHORT = 3;
const LONG = 4;

export function tiffFile(spec: TiffSpec): Buffer {
  const tags: [tag: number, type: number, value: number, count?: number][] = [
    [256, LONG, spec.width],
    [257, LONG, spec.height],
    [258, SHORT, spec.bitsPerSample, spec.samplesPerPixel],
    [259, SHORT, 1],
    [262, SHORT, spec.photometric],
    [273, LONG, 0],
    [274, SHORT, spec.orientation ?? 1],
    [277, SHORT, spec.samplesPerPixel],
    [278, LONG, spec.height],
    [279, LONG, spec.pixels.length],
    [339, SHORT, spec.sampleFormat ?? 1, spec.samplesPerPixel],
  ];
  const directoryEnd = 8 + 2 + tags.length * 12 + 4;
  const arrays: Buffer[] = [];
  let next = directoryEnd;
  const directory = Buffer.alloc(directoryEnd);
  directory.write('II*\0', 0, 'latin1');
  directory.writeUInt32LE(8, 4);
  directory.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, value, count = 1], i) => {
    const at = 10 + i * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(count, at + 4);
    if (type === SHORT && count <= 2) for (let k = 0; k < count; k++) directory.writeUInt16LE(value, at + 8 + 2 * k);
    else if (type === SHORT) {
      directory.writeUInt32LE(next, at + 8);
      arrays.push(Buffer.from(new Uint16Array(count).fill(value).buffer));
      next += count * 2;
    } else directory.writeUInt32LE(value, at + 8);
  });
  const stripOffsetTag = tags.findIndex(([tag]) => tag === 273);
  directory.writeUInt32LE(next, 10 + stripOffsetTag * 12 + 8);
  return Buffer.concat([directory, ...arrays, spec.pixels]);
}
