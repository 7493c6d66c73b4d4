/** A file that appears under its name only when it is whole. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';

const BUFFER_BYTES = 1 << 20;

export class OutputFile {
  /** bytes written so far = offset of the next one */
  position = 0;
  readonly #targetPath: string;
  readonly #temporaryPath: string;
  readonly #handle: FileHandle;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  private constructor(targetPath: string, temporaryPath: string, handle: FileHandle) {
    this.#targetPath = targetPath;
    this.#temporaryPath = temporaryPath;
    this.#handle = handle;
  }

  /**
   * Opens a temporary file beside the target, so that a folder without room or permission shows at once.
   * @throws disk-full, write-failed with the target's path
   */
  static async create(targetPath: string): Promise<OutputFile> {
    const temporaryPath = path.join(path.dirname(targetPath), `.railscope-${randomUUID()}.part`);
    const target = await stat(targetPath).catch(() => null);
    if (target?.isDirectory()) throw new RailscopeError('write-failed', `${targetPath} is a folder`, { path: targetPath });
    const handle = await open(temporaryPath, 'wx').catch((error: unknown) => {
      throw writeError(targetPath, error);
    });
    return new OutputFile(targetPath, temporaryPath, handle);
  }

  /** @throws disk-full, write-failed */
  async write(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.position += bytes.length;
    if (this.#pendingBytes >= BUFFER_BYTES) await this.#flush();
  }

  /** Closes the file and gives it its name. @throws disk-full, write-failed */
  async commit(): Promise<void> {
    await this.#flush();
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporaryPath, this.#targetPath);
    } catch (error) {
      throw writeError(this.#targetPath, error);
    }
  }

  /** Leaves nothing behind. Never rejects; may be called after a failed commit. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporaryPath, { force: true }).catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      for (let at = 0; at < bytes.length;) at += (await this.#handle.write(bytes, at)).bytesWritten;
    } catch (error) {
      throw writeError(this.#targetPath, error);
    }
  }
}

/** Every failure of the file system while writing becomes one of two codes that have a remedy. */
export function writeError(targetPath: string, error: unknown): RailscopeError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  const message = error instanceof Error ? error.message : String(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
  return new RailscopeError(isFull ? 'disk-full' : 'write-failed', message, { path: targetPath }, error);
}
