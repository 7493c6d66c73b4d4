import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';

/** Writes a text file, and its folder where that is missing. @throws disk-full, write-failed */
export async function writeOutputFile(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    const full = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
    throw new RailscopeError(full ? 'disk-full' : 'write-failed', `cannot write ${file}`, { path: file }, error);
  }
}
