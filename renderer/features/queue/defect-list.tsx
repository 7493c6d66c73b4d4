import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { openDialog, useApp } from '../../app/state/app-store';
import { attempt } from '../../app/state/notify';
import { useEditor } from '../../editor';
import { openImage, useNavigation } from '../review/navigation';
import { DefectRowButton } from './defect-row';
import { clearDefectFilter, defectRows, useQueue } from './queue-store';
import styles from './queue.module.css';
import { usePagedRows } from './use-paged-rows';
import { VirtualList } from './virtual-list';

const ROW_HEIGHT_PX = 60;

export function DefectList() {
  const { t } = useTranslation('workspace');
  const rows = usePagedRows(defectRows);
  const imageId = useNavigation((state) => state.imageId);
  const label = useEditor((state) => (state.document?.image.id === imageId ? state.selectedLabel : null));
  const isCurrent = (row: { imageId: number; label: number }): boolean => row.imageId === imageId && row.label === label;
  return (
    <VirtualList
      rows={rows}
      rowHeightPx={ROW_HEIGHT_PX}
      label={t('queue.defects')}
      currentIndex={label === null ? -1 : rows.indexOf(isCurrent)}
      renderRow={(row) => (
        <DefectRowButton row={row} isCurrent={isCurrent(row)} onOpen={() => attempt(() => openImage(row.imageId, row.label))} />
      )}
      empty={<EmptyDefects />}
      testId="defect-list"
    />
  );
}

function EmptyDefects() {
  const { t } = useTranslation('workspace');
  const defects = useApp((state) => state.counts?.defects ?? 0);
  const { classCodes, grades, decisions } = useQueue((state) => state.defects.filter);
  if (defects === 0) {
    return (
      <div className={styles.empty}>
        <strong>{t('queue.emptyDefects')}</strong>
        <span>{t('queue.emptyDefectsHint')}</span>
      </div>
    );
  }
  if (classCodes.length === 0 && grades.length === 0 && decisions.length === 1 && decisions[0] === 'unreviewed') {
    return (
      <div className={styles.empty} data-testid="queue-done">
        <IconCircleCheck size={28} stroke={1.5} color="var(--rs-good)" />
        <strong>{t('queue.queueDone')}</strong>
        <span>{t('queue.queueDoneHint')}</span>
        <Button onClick={() => openDialog('report')}>{t('exportReport')}</Button>
      </div>
    );
  }
  return (
    <div className={styles.empty}>
      <strong>{t('queue.noMatch')}</strong>
      <Button variant="default" onClick={clearDefectFilter}>
        {t('queue.clearFilter')}
      </Button>
    </div>
  );
}
