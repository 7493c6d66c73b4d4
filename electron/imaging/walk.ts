/** Finding the image files below a folder. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { MASK_FILE_SUFFIX, OUTPUT_MARKER } from '#shared/output-marker';
import { folderError, imageFileError } from './file-errors';
import type { FoundImage } from './types';

const imageExtensions = new Set(['.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff']);
/** stat calls in flight: hides the latency of network folders. */
const STAT_BATCH = 64;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export interface WalkOptions {
  /** ends the walk with `cancelled` */
  signal?: AbortSignal;
  /** folders to leave out with all below them: absolute, or relative to the walked folder */
  skipFolders?: readonly string[];
  /** masks that `railscope inspect --out` left behind (marked folders and all below them) count as pictures too */
  outputsToo?: boolean;
  /** told of every file or sub-folder that could not be read; the walk goes on */
  onUnreadable?: (path: string, error: ErrorInfo) => void;
}

/** Whether the name ends like a picture that RailScope reads, in any case. */
export function isImageFileName(name: string): boolean {
  return imageExtensions.has(path.extname(name).toLowerCase());
}

/**
 * The image files below `folder`, in natural order (2 before 10): the files of a folder first, then its sub-folders.
 * Hidden names (`.railscope`, `._x.jpg` …) and masks of earlier `inspect --out` runs are skipped. Links are followed; a folder is entered once, however many
 * links lead to it.
 * @throws folder-missing, folder-unreadable (the root only), cancelled
 */
export async function* walkImages(folder: string, options: WalkOptions = {}): AsyncGenerator<FoundImage> {
  const root = path.resolve(folder);
  const seen = new Set(await Promise.all((options.skipFolders ?? []).map((skipped) => canonical(path.resolve(root, skipped)))));
  yield* walkFolder(root, '', false, { ...options, root, seen });
}

interface Walk extends WalkOptions {
  root: string;
  /** real paths of folders that were entered or are to be skipped */
  seen: Set<string>;
}

/** @param below whether a folder above holds results */
async function* walkFolder(folder: string, relative: string, below: boolean, walk: Walk): AsyncGenerator<FoundImage> {
  const listed = await listOnce(folder, walk);
  const isOutput = below || listed.some((entry) => entry.name === OUTPUT_MARKER);
  const entries = listed.filter((entry) => mayMatter(entry) && (walk.outputsToo || !isOutput || !entry.name.endsWith(MASK_FILE_SUFFIX)));
  const folders: string[] = [];
  for (let from = 0; from < entries.length; from += STAT_BATCH) {
    throwIfAborted(walk.signal);
    const batch = entries.slice(from, from + STAT_BATCH);
    for (const found of await Promise.all(batch.map((entry) => examine(folder, entry, walk)))) {
      if (found?.kind === 'folder') folders.push(found.name);
      if (found?.kind === 'file') yield { relativePath: relative + found.name, sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs };
    }
  }
  for (const name of folders) yield* walkFolder(path.join(folder, name), `${relative}${name}/`, isOutput, walk);
}

async function listOnce(folder: string, walk: Walk): Promise<Dirent[]> {
  throwIfAborted(walk.signal);
  try {
    const real = await realpath(folder);
    if (walk.seen.has(real)) return [];
    walk.seen.add(real);
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  } catch (error) {
    const known = folderError(folder, error);
    if (folder === walk.root) throw known;
    walk.onUnreadable?.(folder, toErrorInfo(known));
    return [];
  }
}

function mayMatter(entry: Dirent): boolean {
  if (entry.name.startsWith('.')) return false;
  return entry.isDirectory() || entry.isSymbolicLink() || isImageFileName(entry.name);
}

type Found = { kind: 'folder'; name: string } | { kind: 'file'; name: string; sizeBytes: number; modifiedMs: number };

async function examine(folder: string, entry: Dirent, walk: Walk): Promise<Found | null> {
  const { name } = entry;
  if (entry.isDirectory()) return { kind: 'folder', name };
  const full = path.join(folder, name);
  try {
    const facts = await stat(full);
    if (facts.isDirectory()) return { kind: 'folder', name };
    if (!facts.isFile() || !isImageFileName(name)) return null;
    return { kind: 'file', name, sizeBytes: facts.size, modifiedMs: facts.mtimeMs };
  } catch (error) {
    if (isImageFileName(name)) walk.onUnreadable?.(full, toErrorInfo(imageFileError(full, error)));
    return null;
  }
}

async function canonical(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new RailscopeError('cancelled', 'the walk was cancelled');
}
