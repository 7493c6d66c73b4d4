import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder for Chromium's own files of this process alone, and removes those of processes that ended: Chromium
 * writes until its last moment, so that no process can remove its own.
 * @param parent holds one folder per process, named by its id
 */
export function makePrivateProfile(parent: string, pid: number = process.pid): string {
  const own = path.join(parent, String(pid));
  mkdirSync(own, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (/^\d+$/.test(name) && !isRunning(Number(name))) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  return own;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // it runs, for another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
