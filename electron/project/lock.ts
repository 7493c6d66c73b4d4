/**
 * One writer per project. The lock is an exclusive SQLite transaction on a file of its own, so that the operating system
 * lets go of it when the process dies, however it dies: there are no stale locks.
 */
import path from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { databaseError, isBusy } from './database/errors';

export interface ProjectLock {
  release(): void;
}

/**
 * @param dataFolder exists and is writable
 * @returns null when another window (or computer) has the project open for writing
 * @throws write-failed where the file system cannot lock
 */
export function acquireLock(dataFolder: string): ProjectLock | null {
  const file = path.join(dataFolder, 'lock.db');
  let connection: InstanceType<typeof DatabaseSync> | null = null;
  try {
    const held = (connection = new DatabaseSync(file, { timeout: 0 }));
    held.exec('BEGIN EXCLUSIVE');
    return { release: () => held.close() };
  } catch (error) {
    connection?.close();
    if (isBusy(error)) return null;
    throw databaseError(error, file);
  }
}
