import { Loader, Tooltip } from '@mantine/core';
import { IconCloudCheck, IconCloudX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import { useLocale } from '../../app/state/locale';
import { useEditor } from '../../editor';
import styles from './top-bar.module.css';

/** Whether the last gesture is on disk. */
export function SaveIndicator() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const save = useEditor((state) => state.save);
  const hasDocument = useEditor((state) => state.document !== null && !state.readOnly);
  if (!hasDocument) return null;
  if (save.kind === 'failed') {
    const text = errorText(locale, save.error);
    return (
      <Tooltip label={`${text.title} ${text.remedy}`}>
        <span className={styles.saveFailed} role="alert" data-testid="save-state" data-state="failed">
          <IconCloudX size={16} />
          {t('save.failed')}
        </span>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={t(`save.${save.kind}`)}>
      <span className={styles.save} role="status" aria-label={t(`save.${save.kind}`)} data-testid="save-state" data-state={save.kind}>
        {save.kind === 'saving' ? <Loader size={14} color="gray" /> : <IconCloudCheck size={16} />}
      </span>
    </Tooltip>
  );
}
