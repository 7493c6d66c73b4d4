import { Button, CloseButton } from '@mantine/core';
import { IconCircleCheck, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import { openDialog, useApp } from '../../app/state/app-store';
import { useLocale } from '../../app/state/locale';
import { formatCount } from '../../platform/format';
import styles from './workspace.module.css';

export function Banners() {
  return (
    <>
      <ReadOnlyBanner />
      <FinishedBanner />
    </>
  );
}

function ReadOnlyBanner() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const project = useApp((state) => state.project);
  if (!project?.readOnly) return null;
  const reason = project.notices.find((notice) => notice.code === 'project-read-only');
  const text = reason ? errorText(locale, reason) : null;
  return (
    <div className={`${styles.banner} ${styles.readOnly}`} role="status" data-testid="read-only-banner">
      <IconLock size={15} />
      <span>
        <strong>{t('canvas.readOnly')}</strong>
        {text && ` · ${text.remedy}`}
      </span>
    </div>
  );
}

function FinishedBanner() {
  const { t } = useTranslation(['workspace', 'common']);
  const locale = useLocale();
  const counts = useApp((state) => state.counts);
  const [dismissed, setDismissed] = useState(false);
  const isFinished = counts !== null && !counts.scanning && counts.images > 0 && counts.reviewed + counts.unreadable >= counts.images;
  if (!isFinished || dismissed || counts.reviewed === 0) return null;
  return (
    <div className={`${styles.banner} ${styles.finished}`} role="status" data-testid="finished-banner">
      <IconCircleCheck size={16} />
      <span>
        <strong>{t('finished.title')}</strong> ·{' '}
        {t('finished.text', { images: formatCount(counts.images, locale), defects: formatCount(counts.defects, locale) })}
      </span>
      <Button size="compact-xs" onClick={() => openDialog('report')} data-testid="finished-export">
        {t('exportReport')}
      </Button>
      <CloseButton size="sm" aria-label={t('finished.dismiss')} onClick={() => setDismissed(true)} />
    </div>
  );
}
