import { useSyncExternalStore } from 'react';
import type { PagedRows } from './paged-rows';

/** Renders again with every change of the rows. */
export function usePagedRows<Query, Row>(rows: PagedRows<Query, Row>): PagedRows<Query, Row> {
  useSyncExternalStore(rows.subscribe, rows.version);
  return rows;
}
