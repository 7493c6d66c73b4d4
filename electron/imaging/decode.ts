/** Image files to samples. */
import type { ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { decodeBmp } from './bmp';
import { decoderError, unsupportedSamples } from './damage';
import { readFileWhole } from './image-file';
import { toGrey } from './luma';
import { headerOfBytes } from './read-header';
import { sharp } from './sharp-setup';
import type { DecodedImage } from './types';

export interface DecodeOptions {
  /** what the scan found; a picture of other size, channels or depth fails with `image-changed` */
  expect?: ImageHeader;
  /** `grey` gives one channel (Rec. 601 luma) */
  colour?: 'native' | 'grey';
}

/**
 * Decodes a whole picture: EXIF orientation applied, alpha flattened on black, palette and CMYK to RGB, grey stays one
 * channel, 16 bit stays 16 bit. Embedded RGB and grey profiles are ignored: samples are the sensor's values, as the
 * networks were trained on.
 * @throws image-missing, image-unreadable, image-empty, image-corrupt, image-truncated, image-unsupported,
 *   image-too-large, image-changed, out-of-memory
 */
export async function decodeImage(path: string, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeBytes(await readFileWhole(path), path, options);
}

/**
 * The same for a file in memory.
 * @param bytes the whole file, not changed
 * @param path names it in errors
 */
export async function decodeBytes(bytes: Buffer, path: string, options: DecodeOptions = {}): Promise<DecodedImage> {
  const header = await headerOfBytes(bytes, path);
  if (options.expect) assertSame(header, options.expect, path);
  const image = header.format === 'bmp' ? bmpImage(header, bytes, path) : await vipsImage(header, bytes, path);
  return options.colour === 'grey' ? toGrey(image) : image;
}

function assertSame(found: ImageHeader, expected: ImageHeader, path: string): void {
  const same = (['width', 'height', 'channels', 'bitDepth'] as const).every((key) => found[key] === expected[key]);
  if (same) return;
  throw new RailscopeError('image-changed', `${path} is not the picture it was: ${found.width} × ${found.height} now`, { path });
}

function bmpImage(header: ImageHeader, bytes: Buffer, path: string): DecodedImage {
  const { width, height, channels } = header;
  return { header, data: decodeBmp(bytes, path), width, height, channels, bitDepth: 8 };
}

async function vipsImage(header: ImageHeader, bytes: Buffer, path: string): Promise<DecodedImage> {
  const { width, height, channels, bitDepth } = header;
  const { data, info } = await vipsSamples(header, bytes).catch((error: unknown) => {
    throw decoderError(path, header.format, bytes, error);
  });
  if (info.channels !== channels) throw unsupportedSamples(path, `${info.channels} channels`);
  return { header, data: bitDepth === 16 ? asSamples16(data) : asSamples8(data), width, height, channels, bitDepth };
}

async function vipsSamples(header: ImageHeader, bytes: Buffer): Promise<{ data: Buffer; info: { channels: number } }> {
  const input = sharp(bytes, {
    // PNG and TIFF writers provoke harmless warnings (profiles, private tags); a JPEG warning means damaged pixels.
    failOn: header.format === 'jpeg' ? 'warning' : 'error',
    limitInputPixels: false,
    sequentialRead: true,
    autoOrient: true,
    ignoreIcc: true,
  });
  const grey = header.channels === 1;
  const space = header.bitDepth === 16 ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb';
  const depth = header.bitDepth === 16 ? 'ushort' : 'uchar';
  return input.flatten({ background: '#000000' }).toColourspace(space).raw({ depth }).toBuffer({ resolveWithObject: true });
}

/** The same memory without Buffer's own methods, whose `slice` differs. */
function asSamples8(data: Buffer): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function asSamples16(data: Buffer): Uint16Array {
  const aligned = data.byteOffset % 2 === 0 ? data : Buffer.from(data);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, data.byteLength / 2);
}
