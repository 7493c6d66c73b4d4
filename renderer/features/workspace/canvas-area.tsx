import { Button, Loader } from '@mantine/core';
import { IconFileAlert, IconPhotoOff, IconPhotoSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import type { ErrorInfo } from '#shared/errors/codes';
import { isJobActive, useApp } from '../../app/state/app-store';
import { startInspection } from '../../app/state/inspection';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { chooseFolder } from '../../app/session';
import { EditorCanvas, EditorStatusLine, EditorToolbar, Minimap, useEditor } from '../../editor';
import { openImage, useNavigation } from '../review/navigation';
import styles from './workspace.module.css';

export function CanvasArea() {
  const { t } = useTranslation('workspace');
  return (
    <div className={styles.canvasArea}>
      <div className={styles.tools}>
        <EditorToolbar />
      </div>
      <div className={styles.stage}>
        <div
          className={styles.canvas}
          data-pane="canvas"
          tabIndex={-1}
          role="application"
          aria-label={t('canvas.label')}
          data-testid="canvas"
        >
          <EditorCanvas />
          <Minimap />
          <InferenceHint />
          <CanvasMessage />
        </div>
        <div className={styles.status}>
          <EditorStatusLine />
        </div>
      </div>
    </div>
  );
}

/** What stands in the picture's place while there is none. */
function CanvasMessage() {
  const { t } = useTranslation(['workspace', 'common']);
  const counts = useApp((state) => state.counts);
  const imageId = useNavigation((state) => state.imageId);
  const error = useEditor((state) => state.loadError ?? state.document?.image.error ?? null);
  if (imageId !== null) return error ? <BadImage error={error} imageId={imageId} /> : null;
  if (!counts || counts.scanning) {
    return (
      <Message icon={<Loader size={28} />} title={t('canvas.scanning')}>
        <p>{t('queue.emptyFolderHint')}</p>
      </Message>
    );
  }
  if (counts.images > 0) return <Message icon={<IconPhotoSearch size={36} stroke={1.25} />} title={t('canvas.nothing')} />;
  return (
    <Message icon={<IconPhotoOff size={36} stroke={1.25} />} title={t('queue.emptyFolder')}>
      <p>{t('queue.emptyFolderHint')}</p>
      <Button onClick={() => attempt(chooseFolder)}>{t('common:openFolder')}</Button>
    </Message>
  );
}

function BadImage({ error, imageId }: { error: ErrorInfo; imageId: number }) {
  const { t } = useTranslation('common');
  const text = errorText(useLocale(), error);
  return (
    <Message icon={<IconFileAlert size={36} stroke={1.25} color="var(--rs-bad)" />} title={text.title} testId="image-error">
      <p>{text.remedy}</p>
      <Button variant="default" onClick={() => attempt(() => openImage(imageId))}>
        {t('retry')}
      </Button>
    </Message>
  );
}

function Message({ icon, title, children, testId }: { icon: ReactNode; title: string; children?: ReactNode; testId?: string }) {
  return (
    <div className={styles.message} data-testid={testId}>
      {icon}
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** A picture without a result says so, and offers to make one. */
function InferenceHint() {
  const { t } = useTranslation('workspace');
  const image = useEditor((state) => state.document?.image ?? null);
  const readOnly = useEditor((state) => state.readOnly);
  const isActive = useApp((state) => isJobActive(state.job));
  if (!image || image.error || image.inference === 'done' || image.inference === 'failed') return null;
  if (isActive) {
    return (
      <div className={styles.hint}>
        <Loader size={12} />
        {t('canvas.inferring')}
      </div>
    );
  }
  return (
    <div className={styles.hint}>
      {t('canvas.notInferred')}
      {!readOnly && (
        <Button size="compact-xs" variant="light" onClick={() => attempt(() => startInspection('one', image.id))}>
          {t('infer.start')}
        </Button>
      )}
    </div>
  );
}
