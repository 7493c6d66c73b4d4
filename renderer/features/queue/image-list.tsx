import { Button, Loader } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../app/state/app-store';
import { attempt } from '../../app/state/notify';
import { openImage, useNavigation } from '../review/navigation';
import { ImageRow } from './image-row';
import { clearImageFilter, imageRows, isImageFilterSet, useQueue } from './queue-store';
import styles from './queue.module.css';
import { useCurrentImageIndex } from './use-current-image-index';
import { VirtualList } from './virtual-list';

const ROW_HEIGHT_PX = 56;

export function ImageList() {
  const { t } = useTranslation('workspace');
  const current = useNavigation((state) => state.imageId);
  const currentIndex = useCurrentImageIndex();
  return (
    <VirtualList
      rows={imageRows}
      rowHeightPx={ROW_HEIGHT_PX}
      label={t('queue.images')}
      currentIndex={currentIndex}
      renderRow={(image) => <ImageRow image={image} isCurrent={image.id === current} onOpen={() => attempt(() => openImage(image.id))} />}
      empty={<EmptyImages />}
      testId="image-list"
    />
  );
}

function EmptyImages() {
  const { t } = useTranslation('workspace');
  const isFiltered = useQueue((state) => isImageFilterSet(state.images.filter));
  const scanning = useApp((state) => state.counts?.scanning ?? true);
  if (isFiltered) {
    return (
      <div className={styles.empty}>
        <strong>{t('queue.noMatch')}</strong>
        <Button variant="default" onClick={clearImageFilter}>
          {t('queue.clearFilter')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.empty} data-testid="empty-folder">
      {scanning ? <Loader size={18} /> : null}
      <strong>{scanning ? t('scanning') : t('queue.emptyFolder')}</strong>
      {!scanning && <span>{t('queue.emptyFolderHint')}</span>}
    </div>
  );
}
