import { Button } from '@mantine/core';
import { IconCheck, IconCircleOff, IconEye, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { attempt } from '../../app/state/notify';
import { editorCommands, useEditor } from '../../editor';
import { ChoiceBar } from '../controls/choice-bar';
import { StatusIcon } from '../queue/image-row';
import { finishImage, markNoDefect } from '../review/actions';
import styles from './details.module.css';

type Verdict = 'accepted' | 'second-look' | 'rejected';

/** The verdict on the whole picture, always in reach at the foot of the panel. */
export function ImageReview() {
  const { t } = useTranslation(['workspace', 'domain']);
  const status = useEditor((state) => state.document?.image.reviewStatus ?? null);
  const readOnly = useEditor((state) => state.readOnly);
  if (status === null) return null;
  const decide = (verdict: Verdict): void => {
    if (verdict === 'accepted') attempt(() => finishImage(verdict));
    else editorCommands.setReviewStatus(verdict);
  };
  return (
    <footer className={styles.review} data-testid="image-review" data-status={status}>
      <div className={styles.reviewHead}>
        <span>{t('review.title')}</span>
        <span className={styles.reviewStatus}>
          <StatusIcon status={status} sizePx={14} />
          {t(`domain:status.${status}`)}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconCircleOff size={13} />}
          disabled={readOnly}
          title={t('review.noDefectHint')}
          onClick={() => attempt(markNoDefect)}
          data-testid="no-defect"
        >
          {t('review.noDefect')}
        </Button>
      </div>
      <ChoiceBar<Verdict>
        label={t('review.title')}
        value={status === 'accepted' || status === 'rejected' || status === 'second-look' ? status : null}
        disabled={readOnly}
        onChange={decide}
        choices={[
          { value: 'accepted', label: t('review.accept'), icon: <IconCheck size={14} />, tone: 'good', hint: t('review.acceptHint') },
          {
            value: 'second-look',
            label: t('review.secondLook'),
            icon: <IconEye size={14} />,
            tone: 'warn',
            hint: t('review.secondLookHint'),
          },
          { value: 'rejected', label: t('review.reject'), icon: <IconX size={14} />, tone: 'bad', hint: t('review.rejectHint') },
        ]}
        testId="image-verdict"
      />
    </footer>
  );
}
