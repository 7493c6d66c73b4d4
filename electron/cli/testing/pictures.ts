import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { encodeGreyPng } from '#imaging';

const made: string[] = [];

afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A folder that goes away after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'railscope-cli-test-'));
  made.push(folder);
  return folder;
}

/** Writes a grey PNG. @param samples row-major, their count a multiple of `width` */
export async function writePicture(file: string, samples: readonly number[], width: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, await encodeGreyPng(Uint8Array.from(samples), width, samples.length / width));
}
