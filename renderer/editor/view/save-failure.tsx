import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import type { ErrorInfo } from '#shared/errors/codes';
import { editorCommands, editorCore } from '../editor';
import { useEditor } from '../state';
import styles from './editor.module.css';

/** A save that failed stays in sight until it is repaired: try again, or give the changes up on purpose. */
export function SaveFailure() {
  const { t } = useTranslation('editor');
  const save = useEditor((state) => state.save);
  const [asking, setAsking] = useState(false);
  if (save.kind !== 'failed') return null;
  // a failing retry shows itself: the notice stays
  const retry = (): void => void editorCommands.retrySave().catch(() => undefined);
  const discard = (): void => {
    setAsking(false);
    editorCommands.discardUnsaved().catch((error: unknown) => editorCore.tellFailure(error));
  };
  return (
    <Notice
      error={save.error}
      lead={t('save.failed')}
      remedy={save.error.code === 'stale-revision' ? t('save.stale') : null}
      tail={t('save.kept')}
      testId="save-failure"
    >
      {asking ? (
        <>
          <Button size="compact-xs" color="red" onClick={discard} data-testid="save-discard-confirm">
            {t('save.discardConfirm')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setAsking(false)}>
            {t('save.discardCancel')}
          </Button>
        </>
      ) : (
        <>
          <Button size="compact-xs" onClick={retry} data-testid="save-retry">
            {save.error.code === 'stale-revision' ? t('save.overwrite') : t('save.retry')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setAsking(true)} data-testid="save-discard">
            {t('save.discard')}
          </Button>
        </>
      )}
    </Notice>
  );
}

/** Something asked for on the canvas failed. */
export function FailureNotice() {
  const { t } = useTranslation('editor');
  const failure = useEditor((state) => state.failure);
  if (!failure) return null;
  return (
    <Notice error={failure} lead={null} remedy={null} tail={null} testId="editor-failure">
      <Button size="compact-xs" variant="default" onClick={() => editorCommands.dismissFailure()}>
        {t('dismiss')}
      </Button>
    </Notice>
  );
}

interface NoticeProps {
  error: ErrorInfo;
  /** instead of the error's own title, which then comes second */
  lead: string | null;
  /** instead of the error's own */
  remedy: string | null;
  tail: string | null;
  testId: string;
  children: ReactNode;
}

function Notice({ error, lead, remedy, tail, testId, children }: NoticeProps) {
  const { i18n } = useTranslation();
  const text = errorText(i18n.language === 'en' ? 'en' : 'zh-CN', error);
  return (
    <div className={styles.notice} role="alert" data-testid={testId}>
      <IconAlertTriangle size={18} />
      <div>
        <strong>{lead ?? text.title}</strong>
        {lead !== null && <p>{text.title}</p>}
        <p>
          {remedy ?? text.remedy} {tail}
        </p>
        <div className={styles.noticeButtons}>{children}</div>
      </div>
    </div>
  );
}
