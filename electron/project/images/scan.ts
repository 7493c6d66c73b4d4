/**
 * Brings the list of pictures in line with the folder, while it is already in use. Rows are matched by relative path;
 * work on a file that is gone is kept, work on a file that was replaced stays with the old content.
 */
import path from 'node:path';
import { walkImages, type FoundImage } from '#imaging';
import type { ErrorInfo } from '#shared/errors/codes';
import type { Database } from '../database/database';
import { refreshImage } from '../documents';
import type { OpenProject } from '../open-project';
import type { ProjectEvents } from '../project-events';
import { pathSearchKey, pathSortKey } from '../queries/sort-key';
import { clearImageError, storeImageError, type ImageRow } from './records';

const BATCH_ROWS = 500;
const BATCH_MS = 150;

type KnownImage = Pick<ImageRow, 'id' | 'relative_path' | 'size_bytes' | 'modified_ms' | 'error_source'>;

interface Scan {
  project: OpenProject;
  events: ProjectEvents;
  known: Map<string, KnownImage>;
  seen: Set<number>;
}

/** @throws folder-missing, folder-unreadable, cancelled, disk-full; what was found until then is listed */
export async function scanFolder(project: OpenProject, events: ProjectEvents, signal: AbortSignal): Promise<void> {
  const scan: Scan = { project, events, known: knownImages(project.db), seen: new Set() };
  const unreadable: { path: string; error: ErrorInfo }[] = [];
  const onUnreadable = (file: string, error: ErrorInfo): void => void unreadable.push({ path: toRelative(project.folder, file), error });
  let batch: FoundImage[] = [];
  let savedMs = 0;
  for await (const found of walkImages(project.folder, { signal, skipFolders: [project.dataFolder], onUnreadable })) {
    batch.push(found);
    if (batch.length < BATCH_ROWS && Date.now() - savedMs < BATCH_MS) continue;
    saveBatch(scan, batch);
    batch = [];
    savedMs = Date.now();
  }
  saveBatch(scan, batch);
  project.db.transaction(() => {
    for (const { path, error } of unreadable) if (error.code.startsWith('image-')) saveUnreadable(scan, path, error);
    markUnseen(scan, unreadable);
  });
}

function saveBatch(scan: Scan, batch: readonly FoundImage[]): void {
  const changed = scan.project.db.transaction(() => batch.map((found) => saveFound(scan, found)).filter((id) => id !== null));
  if (changed.length > 0) scan.events.imagesChanged(changed);
}

/** @returns the row's id where it is new or changed */
function saveFound(scan: Scan, found: FoundImage): number | null {
  const { db } = scan.project;
  const known = scan.known.get(found.relativePath);
  if (!known) return insertImage(scan, found);
  scan.seen.add(known.id);
  if (known.size_bytes !== found.sizeBytes || known.modified_ms !== found.modifiedMs) {
    noteFileChange(db, known.id, found);
    return known.id;
  }
  if (known.error_source === null || known.error_source === 'content') return null;
  // the file is as before, but it may be readable now
  db.run(`UPDATE images SET header_state = 'unread' WHERE id = ?`, known.id);
  if (known.error_source === 'scan') allowRetry(db, known.id);
  return known.id;
}

function insertImage(scan: Scan, found: FoundImage): number {
  const { relativePath, sizeBytes, modifiedMs } = found;
  const sql = 'INSERT INTO images (relative_path, sort_key, search_key, size_bytes, modified_ms) VALUES (?, ?, ?, ?, ?)';
  const { id } = scan.project.db.run(sql, relativePath, pathSortKey(relativePath), pathSearchKey(relativePath), sizeBytes, modifiedMs);
  scan.seen.add(id);
  return id;
}

function noteFileChange(db: Database, id: number, found: FoundImage): void {
  db.run(
    `UPDATE images SET size_bytes = ?, modified_ms = ?, header_state = 'unread', format = NULL, width = NULL, height = NULL, channels = NULL,
      bit_depth = NULL, content_stale = content_stale OR content_hash IS NOT NULL OR document_id IS NOT NULL, content_hash = NULL WHERE id = ?`,
    found.sizeBytes,
    found.modifiedMs,
    id,
  );
  allowRetry(db, id);
}

/** The file is there again, or another: earlier failures say nothing of it. */
function allowRetry(db: Database, id: number): void {
  clearImageError(db, id);
  db.run(
    `UPDATE documents SET inference = 'none', inference_error = NULL
    WHERE inference = 'failed' AND id = (SELECT document_id FROM images WHERE images.id = ?)`,
    id,
  );
  refreshImage(db, id);
}

/** A picture whose folder entry is there but says nothing, e.g. a link to nowhere. */
function saveUnreadable(scan: Scan, relativePath: string, error: ErrorInfo): void {
  const known = scan.known.get(relativePath);
  const id = known?.id ?? insertImage(scan, { relativePath, sizeBytes: 0, modifiedMs: 0 });
  scan.seen.add(id);
  storeImageError(scan.project.db, id, error, 'scan');
  scan.events.imagesChanged([id]);
}

function markUnseen(scan: Scan, unreadable: readonly { path: string; error: ErrorInfo }[]): void {
  for (const known of scan.known.values()) {
    if (scan.seen.has(known.id)) continue;
    const file = path.join(scan.project.folder, ...known.relative_path.split('/'));
    const folder = unreadable.find((entry) => known.relative_path.startsWith(`${entry.path}/`));
    const error: ErrorInfo = folder
      ? { code: 'image-unreadable', message: folder.error.message, details: { path: file } }
      : { code: 'image-missing', message: `no such file: ${file}`, details: { path: file } };
    storeImageError(scan.project.db, known.id, error, 'scan');
    scan.events.imagesChanged([known.id]);
  }
}

function knownImages(db: Database): Map<string, KnownImage> {
  const rows = db.all<KnownImage>('SELECT id, relative_path, size_bytes, modified_ms, error_source FROM images');
  return new Map(rows.map((row) => [row.relative_path, row]));
}

function toRelative(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}
