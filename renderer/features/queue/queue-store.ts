/** The two lists of the left panel: what is asked for, and the rows that came. */
import { create } from 'zustand';
import type { z } from 'zod';
import type { DefectFilter, DefectRow, defectSortSchema, ImageFilter, imageSortSchema } from '#shared/ipc/contract';
import type { ImageRecord } from '#shared/domain/image';
import { invoke } from '../../platform/bridge';
import { PagedRows } from './paged-rows';

export type ImageSort = z.infer<typeof imageSortSchema>;
export type DefectSort = z.infer<typeof defectSortSchema>;
export interface ImageQuery {
  filter: ImageFilter;
  sort: ImageSort;
}
export interface DefectQuery {
  filter: DefectFilter;
  sort: DefectSort;
}
export type QueueTab = 'defects' | 'images';

export interface QueueState {
  tab: QueueTab;
  images: ImageQuery;
  defects: DefectQuery;
}

const everyImage: ImageFilter = { text: '', status: [], only: 'all' };
const everyDefect: DefectFilter = { classCodes: [], grades: [], decisions: [] };
const firstQueries: QueueState = {
  tab: 'images',
  images: { filter: everyImage, sort: 'path' },
  defects: { filter: { ...everyDefect, decisions: ['unreviewed'] }, sort: 'doubt' },
};
/** Events come up to ten times a second; lists follow at this pace. */
const REFRESH_INTERVAL_MS = 400;

let refreshTimer: ReturnType<typeof setTimeout> | null = null;

export const useQueue = create<QueueState>()(() => firstQueries);

export const imageRows = new PagedRows<ImageQuery, ImageRecord>(firstQueries.images, ({ filter, sort }, offset, limit) =>
  invoke('images.page', { page: { offset, limit }, filter, sort }),
);
export const defectRows = new PagedRows<DefectQuery, DefectRow>(firstQueries.defects, ({ filter, sort }, offset, limit) =>
  invoke('defects.page', { page: { offset, limit }, filter, sort }),
);

export function setTab(tab: QueueTab): void {
  useQueue.setState({ tab });
}

export function setImageQuery(change: { filter?: Partial<ImageFilter>; sort?: ImageSort }): void {
  const { images } = useQueue.getState();
  const next = { filter: { ...images.filter, ...change.filter }, sort: change.sort ?? images.sort };
  useQueue.setState({ images: next });
  imageRows.setQuery(next);
}

export function setDefectQuery(change: { filter?: Partial<DefectFilter>; sort?: DefectSort }): void {
  const { defects } = useQueue.getState();
  const next = { filter: { ...defects.filter, ...change.filter }, sort: change.sort ?? defects.sort };
  useQueue.setState({ defects: next });
  defectRows.setQuery(next);
}

export function clearImageFilter(): void {
  setImageQuery({ filter: everyImage });
}

export function clearDefectFilter(): void {
  setDefectQuery({ filter: everyDefect });
}

export function isImageFilterSet(filter: ImageFilter): boolean {
  return filter.text !== '' || filter.status.length > 0 || filter.only !== 'all';
}

/** Another project: lists begin anew. */
export function restartQueues(): void {
  useQueue.setState(firstQueries);
  imageRows.setQuery(firstQueries.images);
  defectRows.setQuery(firstQueries.defects);
}

export function forgetQueues(): void {
  if (refreshTimer !== null) clearTimeout(refreshTimer);
  refreshTimer = null;
  imageRows.clear();
  defectRows.clear();
}

/** The rows may have changed; the lists follow within REFRESH_INTERVAL_MS. */
export function refreshQueues(): void {
  refreshTimer ??= setTimeout(() => {
    refreshTimer = null;
    imageRows.invalidate();
    defectRows.invalidate();
  }, REFRESH_INTERVAL_MS);
}
