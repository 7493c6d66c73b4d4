/** Where a project's database lives: beside the pictures, or in the user's data folder where nothing can be written there. */
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';

export const DATABASE_FILE = 'project.db';
const PROBE_BYTES = 4096;

export interface ProjectLocation {
  dataFolder: string;
  /** says that the project is not beside its pictures, and why; null = it is, or the caller chose the place */
  notice: ErrorInfo | null;
}

export interface LocationInput {
  /** the real path of the picture folder */
  folder: string;
  userDataFolder: string;
  /** the caller's choice; null = choose here */
  dataFolder: string | null;
}

/** @returns why nothing can be written in the folder (made where it is missing); null = it can */
export type WriteProbe = (folder: string) => Promise<ErrorInfo | null>;

/**
 * A project that was once started in the user's data folder stays the one in use while its database is the newer one, so
 * that no work goes out of sight when the picture folder becomes writable. A database beside pictures that can no longer
 * be written is carried over, so that its work is there.
 * @throws disk-full, write-failed when no place can be written
 */
export async function chooseDataFolder(input: LocationInput, probe: WriteProbe = probeWritable): Promise<ProjectLocation> {
  if (input.dataFolder !== null) return { dataFolder: await writable(input.dataFolder, probe), notice: null };
  const beside = besideFolder(input.folder);
  const elsewhere = fallbackFolder(input);
  const fault = await probe(beside);
  if (!fault && (await changedAt(beside)) >= (await changedAt(elsewhere))) return { dataFolder: beside, notice: null };
  return fallBack(
    input,
    fault ?? { code: 'write-failed', message: 'the project was started while the folder was read-only', details: {} },
    probe,
  );
}

/** The project in the user's data folder. @param fault why it cannot be beside the pictures */
export async function fallBack(input: LocationInput, fault: ErrorInfo, probe: WriteProbe = probeWritable): Promise<ProjectLocation> {
  const beside = besideFolder(input.folder);
  if (fault.code === 'disk-full' && (await changedAt(beside)) > 0)
    throw new RailscopeError('disk-full', `${beside}: ${fault.message}`, { path: beside });
  const dataFolder = await writable(fallbackFolder(input), probe);
  if ((await changedAt(dataFolder)) === 0) await carryOver(beside, dataFolder);
  const message = `${beside} cannot be used (${fault.message}); the project is kept in ${dataFolder}`;
  return { dataFolder, notice: { code: 'write-failed', message, details: { path: beside, dataFolder, reason: fault.message } } };
}

function besideFolder(folder: string): string {
  return path.join(folder, '.railscope');
}

/** A name for people and a hash of the real path, so that folders of the same name do not meet. */
function fallbackFolder({ folder, userDataFolder }: LocationInput): string {
  const name = path
    .basename(folder)
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .slice(0, 40);
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return path.join(userDataFolder, 'projects', `${name}-${hash}`);
}

async function writable(folder: string, probe: WriteProbe): Promise<string> {
  const fault = await probe(folder);
  if (!fault) return folder;
  throw new RailscopeError(fault.code === 'disk-full' ? 'disk-full' : 'write-failed', `${folder}: ${fault.message}`, {
    path: folder,
    reason: fault.message,
  });
}

/** Writes for real: permission bits say nothing to root, and nothing about full or read-only disks. */
export async function probeWritable(folder: string): Promise<ErrorInfo | null> {
  const file = path.join(folder, `.probe-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(Buffer.alloc(PROBE_BYTES));
      await handle.sync();
    } finally {
      await handle.close();
    }
    return null;
  } catch (error) {
    return toErrorInfo(error);
  } finally {
    await rm(file, { force: true }).catch(() => undefined);
  }
}

/** When the database was last written, ms since 1970; 0 = there is none. */
async function changedAt(dataFolder: string): Promise<number> {
  const times = [DATABASE_FILE, `${DATABASE_FILE}-wal`].map((name) =>
    stat(path.join(dataFolder, name)).then(
      (facts) => facts.mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

async function carryOver(from: string, to: string): Promise<void> {
  if ((await changedAt(from)) === 0) return;
  // the journal first: a database without its journal is whole but older, the reverse would be damaged
  for (const name of [`${DATABASE_FILE}-wal`, DATABASE_FILE]) {
    await copyFile(path.join(from, name), path.join(to, name)).catch((error: unknown) => {
      if (name === DATABASE_FILE) throw error;
    });
  }
}
