/** Opening and closing one project: folder, place of the data, lock, database. */
import { mkdir, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import type { OpenProjectInput } from '#shared/ports/project';
import type { Database } from './database/database';
import { openForReading, openForWriting } from './database/open';
import { chooseDataFolder, DATABASE_FILE, fallBack, type ProjectLocation } from './location';
import { acquireLock, type ProjectLock } from './lock';

export interface OpenProject {
  /** the folder of pictures, its real path */
  readonly folder: string;
  readonly dataFolder: string;
  readonly probabilityFolder: string;
  readonly thumbnailFolder: string;
  readonly db: Database;
  /** another window writes */
  readonly readOnly: boolean;
  readonly notices: ErrorInfo[];
  readonly appVersion: string;
  close(): void;
}

/** @throws folder-missing, folder-unreadable, project-corrupt, project-too-new, disk-full, write-failed */
export async function openProject(input: OpenProjectInput): Promise<OpenProject> {
  const folder = await readableFolder(input.folder);
  const { location, lock } = await locate({ ...input, folder });
  try {
    return await openAt(folder, location, lock, input.appVersion);
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** @throws project-read-only when another window writes */
export function assertWritable(project: OpenProject): void {
  if (project.readOnly)
    throw new RailscopeError('project-read-only', `${project.folder} is open in another window`, { path: project.folder });
}

async function openAt(folder: string, location: ProjectLocation, lock: ProjectLock | null, appVersion: string): Promise<OpenProject> {
  const { dataFolder } = location;
  const file = path.join(dataFolder, DATABASE_FILE);
  const probabilityFolder = path.join(dataFolder, 'probability');
  const thumbnailFolder = path.join(dataFolder, 'cache', 'thumbnails');
  const db = lock ? await openForWriting(file) : await openForReading(file);
  await Promise.all([probabilityFolder, thumbnailFolder].map((path) => mkdir(path, { recursive: true })));
  const close = (): void => {
    db.close();
    lock?.release();
  };
  const notices = [location.notice, lock ? null : openTwice(folder)].filter((notice) => notice !== null);
  return { folder, dataFolder, probabilityFolder, thumbnailFolder, db, readOnly: !lock, notices, appVersion, close };
}

function openTwice(folder: string): ErrorInfo {
  return { code: 'project-read-only', message: `${folder} is open in another window; changes are made there`, details: { path: folder } };
}

/** @returns the folder's real path @throws folder-missing, folder-unreadable */
export async function readableFolder(folder: string): Promise<string> {
  try {
    const real = await realpath(folder);
    await readdir(real);
    return real;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
    const { message } = toErrorInfo(error);
    if (code === 'ENOENT') throw new RailscopeError('folder-missing', `no such folder: ${folder}`, { path: folder }, error);
    throw new RailscopeError('folder-unreadable', `cannot read ${folder}: ${message}`, { path: folder, reason: message }, error);
  }
}

/** A file system that cannot lock cannot hold the database either. */
async function locate(input: OpenProjectInput): Promise<{ location: ProjectLocation; lock: ProjectLock | null }> {
  const location = await chooseDataFolder(input);
  try {
    return { location, lock: acquireLock(location.dataFolder) };
  } catch (error) {
    if (input.dataFolder !== null || location.notice) throw error;
    const fallback = await fallBack(input, toErrorInfo(error));
    return { location: fallback, lock: acquireLock(fallback.dataFolder) };
  }
}
