import { Button, Skeleton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { useLocale } from '../../app/state/locale';
import type { PagedRows } from './paged-rows';
import styles from './queue.module.css';
import { usePagedRows } from './use-paged-rows';

interface Props<Query, Row> {
  rows: PagedRows<Query, Row>;
  rowHeightPx: number;
  label: string;
  /** the row to keep in sight; -1 = none */
  currentIndex: number;
  renderRow: (row: Row) => ReactNode;
  empty: ReactNode;
  testId: string;
}

/** A list of any length: only rows in view exist, and only their pages are fetched. */
export function VirtualList<Query, Row>({ rows, rowHeightPx, label, currentIndex, renderRow, empty, testId }: Props<Query, Row>) {
  const { total, error } = usePagedRows(rows);
  const viewport = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: total ?? 0,
    getScrollElement: () => viewport.current,
    estimateSize: () => rowHeightPx,
    overscan: 6,
  });
  const items = virtualizer.getVirtualItems();
  const from = items[0]?.index ?? 0;
  const to = items.at(-1)?.index ?? 0;
  useEffect(() => rows.show(from, to), [rows, from, to]);
  useEffect(() => {
    if (currentIndex >= 0) virtualizer.scrollToIndex(currentIndex, { align: 'auto' });
  }, [virtualizer, currentIndex]);

  return (
    <div className={styles.viewport} ref={viewport} data-pane="queue" tabIndex={-1} role="list" aria-label={label} data-testid={testId}>
      {total === null && error === null && <SkeletonRows heightPx={rowHeightPx} />}
      {error !== null && <LoadFailure error={error} retry={() => rows.invalidate()} />}
      {total === 0 && error === null && empty}
      <div className={styles.canvas} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const row = rows.row(item.index);
          return (
            <div
              key={item.key}
              role="listitem"
              className={styles.slot}
              style={{ height: rowHeightPx, transform: `translateY(${item.start}px)` }}
            >
              {row === undefined ? <Skeleton height={rowHeightPx - 16} m={8} /> : renderRow(row)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function SkeletonRows({ heightPx }: { heightPx: number }) {
  return Array.from({ length: 8 }, (_, index) => <Skeleton key={index} height={heightPx - 16} m={8} w="auto" />);
}

function LoadFailure({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation(['workspace', 'common']);
  const text = errorText(useLocale(), toErrorInfo(error));
  return (
    <div className={styles.empty} role="alert">
      <strong>{t('queue.loadFailed')}</strong>
      <span>{text.title}</span>
      <span>{text.remedy}</span>
      <Button variant="default" onClick={retry}>
        {t('common:retry')}
      </Button>
    </div>
  );
}
