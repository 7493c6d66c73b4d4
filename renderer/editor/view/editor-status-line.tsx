import { ActionIcon, Tooltip } from '@mantine/core';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { editorCommands } from '../editor';
import { useEditor } from '../state';
import styles from './editor.module.css';

const ZOOM_STEP = 1.25;

/** Zoom, pointer position, sample value, and what the tool in hand does. */
export function EditorStatusLine() {
  const { t } = useTranslation('editor');
  const zoom = useEditor((state) => state.zoom);
  const hasDocument = useEditor((state) => state.document !== null);
  const tool = useEditor((state) => state.tool);
  if (!hasDocument) return <div className={styles.statusLine} data-testid="editor-status" />;
  return (
    <div className={styles.statusLine} data-testid="editor-status">
      <Tooltip label={t('fit')}>
        <ActionIcon size={22} aria-label={t('fit')} onClick={() => editorCommands.fit()} data-testid="zoom-fit">
          <IconMaximize size={14} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('actualSize')}>
        <button type="button" className={styles.textButton} onClick={() => editorCommands.actualSize()} data-testid="zoom-actual">
          1:1
        </button>
      </Tooltip>
      <ActionIcon size={22} aria-label="−" onClick={() => editorCommands.zoomBy(1 / ZOOM_STEP)}>
        <IconMinus size={14} stroke={1.6} />
      </ActionIcon>
      <span className={styles.zoom} aria-label={t('zoom')} data-testid="zoom">
        {formatZoom(zoom)}
      </span>
      <ActionIcon size={22} aria-label="+" onClick={() => editorCommands.zoomBy(ZOOM_STEP)}>
        <IconPlus size={14} stroke={1.6} />
      </ActionIcon>
      <PointerReadout />
      <span className={styles.toolHint}>{t(`hint.${tool}`)}</span>
    </div>
  );
}

function PointerReadout() {
  const { t } = useTranslation('editor');
  const cursor = useEditor((state) => state.cursor);
  return (
    <>
      <span className={styles.position} aria-label={t('position')} data-testid="cursor-position">
        {cursor ? `x ${cursor.x}  y ${cursor.y}` : ''}
      </span>
      <span className={styles.value} aria-label={t('value')} data-testid="cursor-value">
        {cursor && cursor.values.length > 0 ? `${cursor.values.join(' · ')} DN` : ''}
      </span>
    </>
  );
}

function formatZoom(zoom: number): string {
  const percent = zoom * 100;
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}
