/** BMP files for tests, in every flavour that the decoder reads. */

export interface BmpSpec {
  width: number;
  height: number;
  bitsPerPixel: number;
  topDown?: boolean;
  /** 0 none, 1 RLE8, 2 RLE4, 3 bit fields */
  compression?: number;
  /** [red, green, blue] of each index */
  palette?: readonly (readonly [number, number, number])[];
  /** red, green, blue masks for bit fields */
  masks?: readonly [number, number, number];
  /** stored rows, in file order, padded to 4 bytes; or run-length data */
  pixels: Buffer;
  /** BITMAPCOREHEADER (OS/2) in place of BITMAPINFOHEADER */
  core?: boolean;
}

export function bmpFile(spec: BmpSpec): Buffer {
  const header = spec.core ? coreHeader(spec) : infoHeader(spec);
  const masks = Buffer.concat((spec.masks ?? []).map(uint32));
  const palette = Buffer.concat((spec.palette ?? []).map(([r, g, b]) => Buffer.from(spec.core ? [b, g, r] : [b, g, r, 0])));
  const dataOffset = 14 + header.length + masks.length + palette.length;
  const fileHeader = Buffer.alloc(14);
  fileHeader.write('BM', 0, 'latin1');
  fileHeader.writeUInt32LE(dataOffset + spec.pixels.length, 2);
  fileHeader.writeUInt32LE(dataOffset, 10);
  return Buffer.concat([fileHeader, header, masks, palette, spec.pixels]);
}

/** Pads each row to a multiple of 4 bytes and joins them. */
export function bmpRows(rows: readonly (readonly number[])[]): Buffer {
  return Buffer.concat(rows.map((row) => Buffer.concat([Buffer.from(row), Buffer.alloc((4 - (row.length % 4)) % 4)])));
}

function infoHeader(spec: BmpSpec): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(spec.width, 4);
  header.writeInt32LE(spec.topDown ? -spec.height : spec.height, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(spec.bitsPerPixel, 14);
  header.writeUInt32LE(spec.compression ?? 0, 16);
  header.writeUInt32LE(spec.pixels.length, 20);
  header.writeUInt32LE(spec.palette?.length ?? 0, 32);
  return header;
}

function coreHeader(spec: BmpSpec): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(12, 0);
  header.writeUInt16LE(spec.width, 4);
  header.writeUInt16LE(spec.height, 6);
  header.writeUInt16LE(1, 8);
  header.writeUInt16LE(spec.bitsPerPixel, 10);
  return header;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
