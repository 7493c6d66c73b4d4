import { Skeleton } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../app/state/locale';
import { EditorStage } from '../canvas/editor-stage';
import { editorCommands, editorCore } from '../editor';
import { useEditor } from '../state';
import { useCurrentStage } from './current-stage';
import { DifferenceLegend } from './difference-legend';
import styles from './editor.module.css';
import { FailureNotice, SaveFailure } from './save-failure';

/** Pictures that load faster than this show no skeleton. */
const SKELETON_AFTER_MS = 180;

/** The picture with its masks, and the tools at work on it. Fills its positioned parent. */
export function EditorCanvas() {
  const revision = useEditor((state) => state.document?.revision ?? -1);
  const imageId = useEditor((state) => state.document?.image.id ?? 0);
  const saveState = useEditor((state) => state.save.kind);
  const defectCount = useEditor((state) => state.defects.length);
  const undoDepth = useEditor((state) => state.undoDepth);
  return (
    <div
      className={styles.root}
      data-testid="editor-canvas"
      data-image-id={imageId}
      data-revision={revision}
      data-save-state={saveState}
      data-defect-count={defectCount}
      data-undo-depth={undoDepth}
    >
      <StageHost />
      <DifferenceLegend />
      <div className={styles.notices}>
        <SaveFailure />
        <FailureNotice />
      </div>
      <LoadingVeil />
    </div>
  );
}

function StageHost() {
  const host = useRef<HTMLDivElement>(null);
  const locale = useLocale();
  useEffect(() => editorCommands.setLocale(locale), [locale]);
  useEffect(() => {
    const container = host.current;
    if (!container) return;
    const stage = new EditorStage(container, editorCore, editorCommands);
    useCurrentStage.setState({ stage });
    const observer = new ResizeObserver(() => stage.resize(container.clientWidth, container.clientHeight));
    observer.observe(container);
    return () => {
      observer.disconnect();
      useCurrentStage.setState({ stage: null });
      stage.destroy();
    };
  }, []);
  return <div ref={host} className={styles.stage} data-testid="editor-stage" />;
}

function LoadingVeil() {
  const { t } = useTranslation('editor');
  const loading = useEditor((state) => state.loading);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!loading) return;
    const timer = setTimeout(() => setSlow(true), SKELETON_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [loading]);
  if (!loading || !slow) return null;
  return (
    <div className={styles.veil} role="status" aria-label={t('loading')} data-testid="editor-loading">
      <Skeleton className={styles.skeleton} radius="md" />
      <span>{t('loading')}</span>
    </div>
  );
}
