/** Naming what is wrong with a picture that could not be read. */
import type { ImageFormat } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { tiffExtent } from './tiff-extent';

/** The error for content that is none of the readable formats. */
export function foreignContent(path: string, name: string | null): RailscopeError {
  if (name === null) return new RailscopeError('image-corrupt', `${path} is not an image`, { path, reason: 'not an image' });
  return new RailscopeError('image-unsupported', `${path} is a ${name} file, which RailScope does not read`, { path, format: name });
}

/** The error for samples that cannot be brought to 8 or 16 bit grey or RGB. */
export function unsupportedSamples(path: string, reason: string): RailscopeError {
  return new RailscopeError('image-unsupported', `${path}: ${reason} are not supported`, { path, reason });
}

export function corrupt(path: string, reason: string, cause?: unknown): RailscopeError {
  return new RailscopeError('image-corrupt', `${path} is damaged: ${reason}`, { path, reason }, cause);
}

export function truncated(path: string, reason: string, cause?: unknown): RailscopeError {
  return new RailscopeError('image-truncated', `${path} is cut off: ${reason}`, { path, reason }, cause);
}

/**
 * The error for a failure of libvips: cut off, out of memory, or damaged.
 * @param bytes the whole file
 */
export function decoderError(path: string, format: ImageFormat, bytes: Buffer, cause: unknown): RailscopeError {
  if (cause instanceof RailscopeError) return cause;
  const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
  if (/out of memory|too large/i.test(reason))
    return new RailscopeError('out-of-memory', `no memory for ${path}: ${reason}`, { path }, cause);
  return isCutOff(format, bytes, String(cause)) ? truncated(path, reason, cause) : corrupt(path, reason, cause);
}

function isCutOff(format: ImageFormat, bytes: Buffer, message: string): boolean {
  if (format === 'png') return bytes.lastIndexOf('IEND') < 0;
  if (format === 'tiff') return tiffExtent(bytes) > bytes.length || /got \d+ bytes, expected|read error at|unexpected end/i.test(message);
  return /premature end of (JPEG|input)/i.test(message) || bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) < 0;
}
