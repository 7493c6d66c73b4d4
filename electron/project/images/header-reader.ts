/** Reads the headers that are still unknown, in list order, in the background. */
import { readHeader } from '#imaging';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { OpenProject } from '../open-project';
import type { ProjectEvents } from '../project-events';
import { ensureContent, imagePath, noteImageError } from './content';
import { storeHeader, type ImageRow } from './records';

const CONCURRENCY = 2;
const BATCH = 64;

interface Unread extends Pick<ImageRow, 'id' | 'relative_path' | 'content_stale'> {
  sort_key: string;
}

/** One pass over the list; pictures that cannot be read keep their error and are not tried twice. */
export async function readUnknownHeaders(project: OpenProject, events: ProjectEvents, signal: AbortSignal): Promise<void> {
  let after: Pick<Unread, 'sort_key' | 'id'> = { sort_key: '', id: 0 };
  for (;;) {
    const rows = project.db.all<Unread>(
      `SELECT id, relative_path, content_stale, sort_key FROM images
      WHERE (header_state = 'unread' OR content_stale = 1) AND (sort_key, id) > (?, ?) AND error_source IS NOT 'scan' ORDER BY sort_key, id LIMIT ?`,
      after.sort_key,
      after.id,
      BATCH,
    );
    const last = rows.at(-1);
    if (!last) return;
    after = last;
    const writes = await inParallel(rows, (row) => readOne(project, events, row), signal);
    if (signal.aborted) return;
    project.db.transaction(() => writes.forEach((write) => write()));
    events.imagesChanged(rows.map((row) => row.id));
  }
}

/** @returns what is to be written, so that a batch shares one transaction */
async function readOne(project: OpenProject, events: ProjectEvents, row: Unread): Promise<() => void> {
  if (row.content_stale === 1) {
    // notes its own errors
    await ensureContent(project, events, row.id).catch(toErrorInfo);
    return () => undefined;
  }
  try {
    const header = await readHeader(imagePath(project, row));
    return () => storeHeader(project.db, row.id, header);
  } catch (error) {
    return () => noteImageError(project, events, row.id, error, 'header');
  }
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>, signal: AbortSignal): Promise<R[]> {
  const queue = items.values();
  const results: R[] = [];
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      if (signal.aborted) return;
      results.push(await work(item));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return results;
}
