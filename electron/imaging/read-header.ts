/** What a file says of its picture, without decoding pixels. */
import type { ImageFormat, ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { parseBmpHeader } from './bmp';
import { decoderError, foreignContent, unsupportedSamples } from './damage';
import { readFileHead, readFileWhole } from './image-file';
import { assertWithinLimits } from './limits';
import { sharp } from './sharp-setup';
import { HEAD_BYTES, sniffFormat } from './sniff';

/**
 * Reads a few kilobytes. The content decides, not the extension; width and height are after EXIF orientation.
 * @throws image-missing, image-unreadable, image-empty, image-corrupt, image-truncated, image-unsupported, image-too-large
 */
export async function readHeader(path: string): Promise<ImageHeader> {
  const head = await readFileHead(path, HEAD_BYTES);
  const format = recognise(head, path);
  if (format === 'bmp') return bmpHeader(head, path);
  return vipsHeader(path, format, path).catch(async (error: unknown) => {
    throw decoderError(path, format, await readFileWhole(path), error);
  });
}

/** The same for a file in memory. @param path names it in errors */
export async function headerOfBytes(bytes: Buffer, path: string): Promise<ImageHeader> {
  const format = recognise(bytes, path);
  if (format === 'bmp') return bmpHeader(bytes, path);
  return vipsHeader(bytes, format, path).catch((error: unknown) => {
    throw decoderError(path, format, bytes, error);
  });
}

function recognise(head: Uint8Array, path: string): ImageFormat {
  if (head.length === 0) throw new RailscopeError('image-empty', `${path} is empty`, { path });
  const sniffed = sniffFormat(head);
  if (sniffed.kind !== 'readable') throw foreignContent(path, sniffed.kind === 'foreign' ? sniffed.name : null);
  return sniffed.format;
}

function bmpHeader(head: Buffer, path: string): ImageHeader {
  const { width, height, channels } = parseBmpHeader(head, path);
  const header: ImageHeader = { format: 'bmp', width, height, channels, bitDepth: 8 };
  assertWithinLimits(header, path);
  return header;
}

async function vipsHeader(input: string | Buffer, format: ImageFormat, path: string): Promise<ImageHeader> {
  const { autoOrient, space, depth } = await sharp(input, { limitInputPixels: false }).metadata();
  const lab = space === 'lab' || space === 'labs';
  if (depth !== 'uchar' && depth !== 'ushort' && !lab) throw unsupportedSamples(path, `${depth} samples`);
  const header: ImageHeader = {
    format,
    width: autoOrient.width,
    height: autoOrient.height,
    channels: space === 'b-w' || space === 'grey16' ? 1 : 3,
    bitDepth: depth === 'ushort' && !lab ? 16 : 8,
  };
  assertWithinLimits(header, path);
  return header;
}
