/**
 * A BMP decoder: 1, 2, 4, 8 bit palette, 16, 24, 32 bit, RLE4 and RLE8, bottom-up and top-down. A palette that holds
 * only greys makes a grey picture, since BMP has no other way to store one. Alpha is ignored.
 */
import { unpackRle } from './bmp-rle';
import { corrupt, truncated, unsupportedSamples } from './damage';

const FILE_HEADER_BYTES = 14;
const CORE_HEADER_BYTES = 12;
const compressions = { none: 0, rle8: 1, rle4: 2, bitFields: 3, alphaBitFields: 6 } as const;

export interface BmpHeader {
  width: number;
  height: number;
  channels: 1 | 3;
  topDown: boolean;
  bitsPerPixel: number;
  compression: number;
  dataOffset: number;
  /** red, green, blue of each index; empty above 8 bits per pixel */
  palette: Uint8Array;
  masks: { red: number; green: number; blue: number };
}

/**
 * @param head the file's first kilobytes or all of it
 * @throws image-corrupt, image-truncated, image-unsupported
 */
export function parseBmpHeader(head: Buffer, path: string): BmpHeader {
  if (head.length < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw truncated(path, 'the header is incomplete');
  const headerBytes = head.readUInt32LE(14);
  if (headerBytes !== CORE_HEADER_BYTES && (headerBytes < 40 || headerBytes > 256)) throw corrupt(path, 'not a BMP header');
  if (head.length < FILE_HEADER_BYTES + headerBytes) throw truncated(path, 'the header is incomplete');
  const fields = headerBytes === CORE_HEADER_BYTES ? coreFields(head) : infoFields(head);
  if (fields.width <= 0 || fields.height <= 0) throw corrupt(path, 'the size is not positive');
  assertSupported(fields, path);
  const masks = readMasks(head, fields);
  const palette = readPalette(head, headerBytes, fields);
  const channels = palette.length > 0 && isGrey(palette) ? 1 : 3;
  return { ...fields, masks, palette, channels };
}

/**
 * @param bytes the whole file
 * @returns `width * height * channels` samples, row-major from the top
 * @throws as `parseBmpHeader`
 */
export function decodeBmp(bytes: Buffer, path: string): Uint8Array {
  const header = parseBmpHeader(bytes, path);
  if (header.compression === compressions.rle8 || header.compression === compressions.rle4) return decodeRle(bytes, header, path);
  const strideBytes = Math.ceil((header.width * header.bitsPerPixel) / 32) * 4;
  // The last row's padding may be missing.
  const needed = header.dataOffset + strideBytes * (header.height - 1) + Math.ceil((header.width * header.bitsPerPixel) / 8);
  if (bytes.length < needed) throw truncated(path, `${bytes.length} of ${needed} bytes`);
  const samples = new Uint8Array(header.width * header.height * header.channels);
  const decodeRow = rowDecoder(bytes, header);
  for (let row = 0; row < header.height; row++) {
    const stored = header.topDown ? row : header.height - 1 - row;
    decodeRow(samples, row * header.width * header.channels, header.dataOffset + stored * strideBytes);
  }
  return samples;
}

type Fields = Pick<BmpHeader, 'width' | 'height' | 'topDown' | 'bitsPerPixel' | 'compression' | 'dataOffset'> & { coloursUsed: number };

function coreFields(head: Buffer): Fields {
  return {
    width: head.readUInt16LE(18),
    height: head.readUInt16LE(20),
    topDown: false,
    bitsPerPixel: head.readUInt16LE(24),
    compression: compressions.none,
    dataOffset: head.readUInt32LE(10),
    coloursUsed: 0,
  };
}

function infoFields(head: Buffer): Fields {
  const height = head.readInt32LE(22);
  return {
    width: head.readInt32LE(18),
    height: Math.abs(height),
    topDown: height < 0,
    bitsPerPixel: head.readUInt16LE(28),
    compression: head.readUInt32LE(30),
    dataOffset: head.readUInt32LE(10),
    coloursUsed: head.readUInt32LE(46),
  };
}

function assertSupported({ bitsPerPixel, compression }: Fields, path: string): void {
  const depths: Record<number, readonly number[]> = {
    [compressions.none]: [1, 2, 4, 8, 16, 24, 32],
    [compressions.rle8]: [8],
    [compressions.rle4]: [4],
    [compressions.bitFields]: [16, 32],
    [compressions.alphaBitFields]: [16, 32],
  };
  if (!depths[compression]?.includes(bitsPerPixel))
    throw unsupportedSamples(path, `BMP of ${bitsPerPixel} bit with compression ${compression}`);
}

function readMasks(head: Buffer, fields: Fields): BmpHeader['masks'] {
  const explicit = fields.compression === compressions.bitFields || fields.compression === compressions.alphaBitFields;
  const at = FILE_HEADER_BYTES + 40;
  if (explicit && head.length >= at + 12)
    return { red: head.readUInt32LE(at), green: head.readUInt32LE(at + 4), blue: head.readUInt32LE(at + 8) };
  return fields.bitsPerPixel === 16 ? { red: 0x7c00, green: 0x03e0, blue: 0x001f } : { red: 0xff0000, green: 0x00ff00, blue: 0x0000ff };
}

function readPalette(head: Buffer, headerBytes: number, { bitsPerPixel, coloursUsed, dataOffset }: Fields): Uint8Array {
  if (bitsPerPixel > 8) return new Uint8Array(0);
  const entryBytes = headerBytes === CORE_HEADER_BYTES ? 3 : 4;
  const start = FILE_HEADER_BYTES + headerBytes;
  const full = 1 << bitsPerPixel;
  const room = Math.floor((Math.min(dataOffset, head.length) - start) / entryBytes);
  const count = Math.max(0, Math.min(coloursUsed > 0 ? coloursUsed : full, full, room));
  const palette = new Uint8Array(full * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) palette[i * 3 + c] = head[start + i * entryBytes + 2 - c] ?? 0;
  }
  return palette;
}

function isGrey(palette: Uint8Array): boolean {
  for (let i = 0; i < palette.length; i += 3) {
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return false;
  }
  return true;
}

function decodeRle(bytes: Buffer, header: BmpHeader, path: string): Uint8Array {
  const { width, height, channels, topDown } = header;
  const indices = unpackRle(bytes, header, path);
  const samples = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const stored = topDown ? row : height - 1 - row;
    paintIndices(samples, row * width * channels, indices.subarray(stored * width, (stored + 1) * width), header);
  }
  return samples;
}

/** Decodes one stored row at byte `from` into `samples` from index `to` on. */
type RowDecoder = (samples: Uint8Array, to: number, from: number) => void;

function rowDecoder(bytes: Buffer, header: BmpHeader): RowDecoder {
  const { width, bitsPerPixel } = header;
  if (bitsPerPixel === 8) return (samples, to, from) => paintIndices(samples, to, bytes.subarray(from, from + width), header);
  if (bitsPerPixel < 8) return (samples, to, from) => paintIndices(samples, to, unpackIndices(bytes, from, header), header);
  if (bitsPerPixel === 24 || isPlainBgrx(header)) return bgrRows(bytes, width, bitsPerPixel / 8);
  return maskedRows(bytes, header);
}

function unpackIndices(bytes: Buffer, from: number, { width, bitsPerPixel }: BmpHeader): Uint8Array {
  const perByte = 8 / bitsPerPixel;
  const mask = (1 << bitsPerPixel) - 1;
  return Uint8Array.from({ length: width }, (_, x) => {
    const byte = bytes[from + Math.floor(x / perByte)] ?? 0;
    return (byte >> (8 - bitsPerPixel * ((x % perByte) + 1))) & mask;
  });
}

function paintIndices(samples: Uint8Array, to: number, indices: Uint8Array, { palette, channels }: BmpHeader): void {
  for (let x = 0; x < indices.length; x++, to += channels) {
    const colour = (indices[x] ?? 0) * 3;
    samples[to] = palette[colour] ?? 0;
    if (channels === 1) continue;
    samples[to + 1] = palette[colour + 1] ?? 0;
    samples[to + 2] = palette[colour + 2] ?? 0;
  }
}

function isPlainBgrx({ bitsPerPixel, masks }: BmpHeader): boolean {
  return bitsPerPixel === 32 && masks.red === 0xff0000 && masks.green === 0xff00 && masks.blue === 0xff;
}

function bgrRows(bytes: Buffer, width: number, pixelBytes: number): RowDecoder {
  return (samples, to, from) => {
    for (let x = 0; x < width; x++, to += 3, from += pixelBytes) {
      samples[to] = bytes[from + 2] ?? 0;
      samples[to + 1] = bytes[from + 1] ?? 0;
      samples[to + 2] = bytes[from] ?? 0;
    }
  };
}

function maskedRows(bytes: Buffer, { width, bitsPerPixel, masks }: BmpHeader): RowDecoder {
  const scales = [masks.red, masks.green, masks.blue].map(maskScale);
  const pixelBytes = bitsPerPixel / 8;
  return (samples, to, from) => {
    for (let x = 0; x < width; x++, from += pixelBytes) {
      const pixel = bytes.readUIntLE(from, pixelBytes);
      for (const scale of scales) samples[to++] = scale(pixel);
    }
  };
}

/** The 8-bit value of the bits under `mask`; 0 for an empty mask. */
function maskScale(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / max);
}
