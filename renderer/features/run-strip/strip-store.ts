/** Fills the run strip in the background, page by page, and keeps it up to date. */
import { create } from 'zustand';
import type { ImageFilter } from '#shared/ipc/contract';
import { invoke } from '../../platform/bridge';
import { emptyStrip, writeRows, type StripModel } from './strip-model';

const PAGE_ROWS = 1000;
const REFRESH_INTERVAL_MS = 1500;
const everyImage: ImageFilter = { text: '', status: [], only: 'all' };

/** `revision` grows with each change of the arrays, which are changed in place. */
export const useStrip = create<{ strip: StripModel; revision: number }>()(() => ({ strip: emptyStrip(), revision: 0 }));

const waitingPages = new Set<number>();
let timer: ReturnType<typeof setTimeout> | null = null;
/** grows with each project: answers of an older one are dropped */
let generation = 0;

export function forgetStrip(): void {
  generation++;
  waitingPages.clear();
  if (timer !== null) clearTimeout(timer);
  timer = null;
  useStrip.setState({ strip: emptyStrip(), revision: 0 });
}

export function reloadStrip(): void {
  forgetStrip();
  waitFor([0], 0);
}

/** These pictures changed; unknown ones are new and may stand anywhere. */
export function refreshStrip(imageIds: readonly number[]): void {
  const { strip } = useStrip.getState();
  const pages = new Set<number>();
  for (const id of imageIds) {
    const place = strip.places.get(id);
    if (place === undefined || strip.ids[place] !== id) {
      waitFor(allPages(strip.count + 1), REFRESH_INTERVAL_MS);
      return;
    }
    pages.add(Math.floor(place / PAGE_ROWS));
  }
  waitFor([...pages], REFRESH_INTERVAL_MS);
}

function allPages(count: number): number[] {
  return Array.from({ length: Math.max(1, Math.ceil(count / PAGE_ROWS)) }, (_, page) => page);
}

function waitFor(pages: readonly number[], delayMs: number): void {
  for (const page of pages) waitingPages.add(page);
  if (waitingPages.size > 0) timer ??= setTimeout(() => void fetchWaiting(generation), delayMs);
}

/** One page at a time: lists and pictures on screen go first. */
async function fetchWaiting(startedIn: number): Promise<void> {
  try {
    for (const page of waitingPages) {
      waitingPages.delete(page);
      const offset = page * PAGE_ROWS;
      const answer = await invoke('images.page', { page: { offset, limit: PAGE_ROWS }, filter: everyImage, sort: 'path' });
      if (startedIn !== generation) return;
      const known = useStrip.getState().strip.count;
      useStrip.setState(({ strip, revision }) => ({ strip: writeRows(strip, offset, answer.total, answer.rows), revision: revision + 1 }));
      if (answer.total > known)
        for (const next of allPages(answer.total).slice(Math.floor(known / PAGE_ROWS))) if (next !== page) waitingPages.add(next);
    }
  } catch {
    // the lists show why; the strip fills with the next change
  }
  if (startedIn !== generation) return;
  timer = null;
  if (waitingPages.size > 0) waitFor([], REFRESH_INTERVAL_MS);
}
