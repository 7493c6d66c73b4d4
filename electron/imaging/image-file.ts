/** Opening image files safely. */
import { constants } from 'node:buffer';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { RailscopeError } from '#shared/errors/railscope-error';
import { imageFileError } from './file-errors';

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Opens `path` for `work` and closes it. Only plain files are opened: a named pipe would block for ever.
 * @throws image-missing, image-unreadable, and what `work` throws
 */
export async function withImageFile<T>(path: string, work: (file: FileHandle, sizeBytes: number) => Promise<T>): Promise<T> {
  let file: FileHandle | null = null;
  try {
    const facts = await stat(path);
    if (!facts.isFile()) throw new RailscopeError('image-unreadable', `${path} is not a file`, { path, reason: 'not a file' });
    file = await open(path, 'r');
    return await work(file, facts.size);
  } catch (error) {
    throw imageFileError(path, error);
  } finally {
    await file?.close();
  }
}

/** Hands the file to `onChunk` piece by piece; the piece is overwritten after the call. */
export async function streamFile(path: string, onChunk: (chunk: Buffer) => void): Promise<void> {
  await withImageFile(path, async (file) => {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      onChunk(chunk.subarray(0, bytesRead));
    }
  });
}

/**
 * The whole file in one buffer. A file that grows meanwhile is read up to the size it had.
 * @param onChunk told of each piece as it arrives
 * @throws image-too-large beyond what one buffer holds
 */
export async function readFileWhole(path: string, onChunk?: (chunk: Buffer) => void): Promise<Buffer> {
  return withImageFile(path, async (file, sizeBytes) => {
    if (sizeBytes > constants.MAX_LENGTH)
      throw new RailscopeError('image-too-large', `${path} has ${sizeBytes} bytes`, { path, sizeBytes });
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    let at = 0;
    while (at < sizeBytes) {
      const { bytesRead } = await file.read(bytes, at, Math.min(CHUNK_BYTES, sizeBytes - at));
      if (bytesRead === 0) break;
      onChunk?.(bytes.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  });
}

/** The first bytes, `count` or all there are. */
export async function readFileHead(path: string, count: number): Promise<Buffer> {
  return withImageFile(path, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  });
}
