import { writeFile } from 'node:fs/promises';
import { RailscopeError } from '#shared/errors/railscope-error';

/** @throws disk-full, write-failed */
export async function writeResult(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes);
  } catch (error) {
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new RailscopeError(full ? 'disk-full' : 'write-failed', `cannot write ${file}`, { path: file }, error);
  }
}
