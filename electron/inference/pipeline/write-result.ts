import { writeFile } from 'node:fs/promises';
import { asWriteError } from '#shared/errors/write-error';

/** @throws disk-full, write-failed */
export async function writeResult(file: string, bytes: Uint8Array): Promise<void> {
  await asWriteError(file, () => writeFile(file, bytes));
}
