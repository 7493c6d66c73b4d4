import { Loader, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheckFilled,
  IconCircleHalf2,
  IconCircleXFilled,
  IconClock,
  IconEye,
  IconPhotoOff,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import type { ImageRecord, ReviewStatus } from '#shared/domain/image';
import { thumbnailUrl } from '#shared/resource-url';
import { useLocale } from '../../app/state/locale';
import { fileName } from '../../platform/format';
import styles from './queue.module.css';

export function ImageRow({ image, isCurrent, onOpen }: { image: ImageRecord; isCurrent: boolean; onOpen: () => void }) {
  const { t } = useTranslation('domain');
  return (
    <button
      type="button"
      className={styles.row}
      tabIndex={-1}
      aria-current={isCurrent}
      title={image.relativePath}
      onClick={onOpen}
      data-testid={`image-row-${image.id}`}
      data-status={image.reviewStatus}
      data-inference={image.inference}
    >
      <Thumbnail image={image} />
      <span className={styles.rowText}>
        <span className={styles.rowName}>
          <span>{fileName(image.relativePath)}</span>
        </span>
        <ImageState image={image} />
      </span>
      <Tooltip label={t(`status.${image.reviewStatus}`)}>
        <span className={styles.rowIcon} aria-label={t(`status.${image.reviewStatus}`)}>
          <StatusIcon status={image.reviewStatus} />
        </span>
      </Tooltip>
    </button>
  );
}

function Thumbnail({ image }: { image: ImageRecord }) {
  const [failed, setFailed] = useState(false);
  if (image.error || failed) {
    return (
      <span className={styles.thumbnail}>
        <IconPhotoOff size={18} stroke={1.5} />
      </span>
    );
  }
  return (
    <span className={styles.thumbnail}>
      <img src={thumbnailUrl(image.id)} alt="" loading="lazy" decoding="async" draggable={false} onError={() => setFailed(true)} />
    </span>
  );
}

function ImageState({ image }: { image: ImageRecord }) {
  const { t } = useTranslation(['workspace', 'domain']);
  const locale = useLocale();
  if (image.error) {
    const text = errorText(locale, image.error).title;
    return (
      <span className={styles.rowError} title={text}>
        <IconAlertTriangle size={12} />
        <span>{text}</span>
      </span>
    );
  }
  if (image.inference === 'running' || image.inference === 'queued') {
    return (
      <span className={styles.rowState}>
        {image.inference === 'running' ? <Loader size={10} /> : <IconClock size={12} />}
        {t(`domain:inference.${image.inference}`)}
      </span>
    );
  }
  if (image.inference === 'failed') return <span className={styles.rowError}>{t('domain:inference.failed')}</span>;
  if (image.defectCount > 0) return <span className={styles.rowDefects}>{t('queue.defectCount', { count: image.defectCount })}</span>;
  return <span className={styles.rowState}>{image.inference === 'done' ? t('queue.noDefects') : t('domain:inference.none')}</span>;
}

export function StatusIcon({ status, sizePx = 15 }: { status: ReviewStatus; sizePx?: number }) {
  switch (status) {
    case 'unreviewed':
      return <IconCircle size={sizePx} color="#5c6670" />;
    case 'in-progress':
      return <IconCircleHalf2 size={sizePx} color="var(--rs-accent)" />;
    case 'accepted':
      return <IconCircleCheckFilled size={sizePx} color="var(--rs-good)" />;
    case 'rejected':
      return <IconCircleXFilled size={sizePx} color="var(--rs-bad)" />;
    case 'second-look':
      return <IconEye size={sizePx} color="var(--rs-warn)" />;
  }
}
