/** sha256 of image files. */
import { createHash } from 'node:crypto';
import { readFileWhole, streamFile } from './image-file';

/**
 * Streams the file once; memory stays flat.
 * @returns sha256 of the file, lower-case hex
 * @throws image-missing, image-unreadable
 */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await streamFile(path, (chunk) => hash.update(chunk));
  return hash.digest('hex');
}

/**
 * Reads a file once, for `decodeBytes` and for its identity.
 * @throws image-missing, image-unreadable, image-too-large
 */
export async function readAndHash(path: string): Promise<{ bytes: Buffer; sha256: string }> {
  const hash = createHash('sha256');
  const bytes = await readFileWhole(path, (chunk) => hash.update(chunk));
  return { bytes, sha256: hash.digest('hex') };
}
