import { useTranslation } from 'react-i18next';
import { useApp } from '../../app/state/app-store';
import { useLocale } from '../../app/state/locale';
import { formatCount } from '../../platform/format';
import { DefectFilters } from './defect-filters';
import { DefectList } from './defect-list';
import { ImageFilters } from './image-filters';
import { ImageList } from './image-list';
import { setTab, useQueue, type QueueTab } from './queue-store';
import styles from './queue.module.css';

/** The left panel: the queue of defects, or the list of pictures. */
export function QueuePanel() {
  const tab = useQueue((state) => state.tab);
  return (
    <aside className={styles.panel}>
      <Tabs />
      {tab === 'defects' ? <DefectFilters /> : <ImageFilters />}
      {tab === 'defects' ? <DefectList /> : <ImageList />}
    </aside>
  );
}

function Tabs() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const tab = useQueue((state) => state.tab);
  const counts = useApp((state) => state.counts);
  const tabs: { id: QueueTab; count: number | undefined }[] = [
    { id: 'defects', count: counts?.defects },
    { id: 'images', count: counts?.images },
  ];
  return (
    <div className={styles.tabs} role="group" aria-label={t('panes.queue')}>
      {tabs.map(({ id, count }) => (
        <button key={id} type="button" aria-pressed={tab === id} onClick={() => setTab(id)} data-testid={`tab-${id}`}>
          {t(`queue.${id}`)}
          {count !== undefined && <span>{formatCount(count, locale)}</span>}
        </button>
      ))}
    </div>
  );
}
