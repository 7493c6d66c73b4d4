/** Telling an image format by its first bytes; names and extensions lie. */
import type { ImageFormat } from '#shared/domain/image';

/** Bytes of a file's start that `sniffFormat` and the BMP header need. */
export const HEAD_BYTES = 4096;

type Signature = readonly [offset: number, bytes: string];

const readable: readonly (readonly [ImageFormat, readonly Signature[]])[] = [
  ['jpeg', [[0, '\xff\xd8\xff']]],
  ['png', [[0, '\x89PNG\r\n\x1a\n']]],
  ['bmp', [[0, 'BM']]],
  ['tiff', [[0, 'II*\0']]],
  ['tiff', [[0, 'MM\0*']]],
  ['tiff', [[0, 'II+\0']]],
  ['tiff', [[0, 'MM\0+']]],
];

const foreign: readonly (readonly [string, readonly Signature[]])[] = [
  ['GIF', [[0, 'GIF8']]],
  [
    'WebP',
    [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  ],
  ['HEIF/AVIF', [[4, 'ftyp']]],
  ['JPEG 2000', [[4, 'jP  ']]],
  ['JPEG XL', [[4, 'JXL ']]],
  ['JPEG XL', [[0, '\xff\x0a']]],
  ['Photoshop', [[0, '8BPS']]],
  ['PDF', [[0, '%PDF']]],
  ['OpenEXR', [[0, '\x76\x2f\x31\x01']]],
];

export type Sniffed = { kind: 'readable'; format: ImageFormat } | { kind: 'foreign'; name: string } | { kind: 'unknown' };

/** @param head the first bytes of the file, HEAD_BYTES or all there are */
export function sniffFormat(head: Uint8Array): Sniffed {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 512)).toString('latin1');
  const matches = (signatures: readonly Signature[]): boolean => signatures.every(([offset, bytes]) => text.startsWith(bytes, offset));
  for (const [format, signatures] of readable) if (matches(signatures)) return { kind: 'readable', format };
  for (const [name, signatures] of foreign) if (matches(signatures)) return { kind: 'foreign', name };
  if (/^[^a-z]{0,4}<(\?xml|!--|!doctype svg|svg)/i.test(text) && /<svg/i.test(text)) return { kind: 'foreign', name: 'SVG' };
  return { kind: 'unknown' };
}
