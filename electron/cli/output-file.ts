import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asWriteError } from '#shared/errors/write-error';

/** Writes a text file, and its folder where that is missing. @throws disk-full, write-failed */
export async function writeOutputFile(file: string, text: string): Promise<void> {
  await asWriteError(file, async () => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  });
}
