/** Run-length BMP data (RLE4, RLE8) to palette indices. */
import type { BmpHeader } from './bmp';
import { truncated } from './damage';

const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const DELTA = 2;

/**
 * @param bytes the whole file
 * @returns width × height indices in the stored order of rows; pixels that no run covers are 0
 * @throws image-truncated when the data ends before the last row
 */
export function unpackRle(
  bytes: Buffer,
  header: Pick<BmpHeader, 'width' | 'height' | 'bitsPerPixel' | 'dataOffset'>,
  path: string,
): Uint8Array {
  const { width, height, bitsPerPixel } = header;
  const out = new Uint8Array(width * height);
  let at = header.dataOffset;
  let x = 0;
  let y = 0;
  const paint = (index: number): void => {
    if (x < width) out[y * width + x] = index;
    x++;
  };
  const pairIndex = (byte: number, i: number): number => (bitsPerPixel === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);

  while (y < height) {
    if (at + 1 >= bytes.length) {
      // Some writers leave the end mark out: a full last row is a whole picture.
      if (y === height - 1 && x >= width) return out;
      throw truncated(path, `row ${y + 1} of ${height}`);
    }
    const count = bytes[at] ?? 0;
    const value = bytes[at + 1] ?? 0;
    at += 2;
    if (count > 0) {
      for (let i = 0; i < count; i++) paint(pairIndex(value, i));
    } else if (value === END_OF_LINE) {
      x = 0;
      y++;
    } else if (value === END_OF_BITMAP) {
      return out;
    } else if (value === DELTA) {
      x += bytes[at] ?? 0;
      y += bytes[at + 1] ?? 0;
      at += 2;
    } else {
      const literalBytes = Math.ceil((value * bitsPerPixel) / 8);
      if (at + literalBytes > bytes.length) throw truncated(path, `row ${y + 1} of ${height}`);
      for (let i = 0; i < value; i++) paint(pairIndex(bytes[at + Math.floor((i * bitsPerPixel) / 8)] ?? 0, i));
      at += literalBytes + (literalBytes % 2);
    }
  }
  return out;
}
