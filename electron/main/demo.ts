import { cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { existsSync } from 'node:fs';
import { RailscopeError } from '#shared/errors/railscope-error';

/**
 * Copies the built-in pictures into the user's data folder on first use: the project is writable there, and the
 * originals stay as delivered.
 * @throws folder-missing where this installation has no demo pictures, disk-full
 */
export async function prepareDemoFolder(source: string, target: string): Promise<void> {
  if (existsSync(target)) return;
  if (!existsSync(source)) throw new RailscopeError('folder-missing', `no demo pictures in ${source}`, { path: source });
  const staging = `${target}.${process.pid}.tmp`;
  await mkdir(path.dirname(target), { recursive: true });
  try {
    await cp(source, staging, { recursive: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
