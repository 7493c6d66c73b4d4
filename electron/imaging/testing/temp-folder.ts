import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** A new folder below the system's temporary folder. */
export async function makeTempFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'railscope-imaging-'));
}

export async function removeTempFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
