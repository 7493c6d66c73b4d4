import { ActionIcon, NumberInput, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBrush,
  IconBucketDroplet,
  IconCircle,
  IconEraser,
  IconEye,
  IconEyeOff,
  IconFrame,
  IconHandStop,
  IconLasso,
  IconPointer,
  IconPolygon,
  IconSquare,
  IconSquareRoundedPlus,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { editorCommands } from '../editor';
import { MAXIMUM_BRUSH_PX } from '../editor-commands';
import type { ToolId } from '../editor-api';
import { useEditor } from '../state';
import styles from './editor.module.css';

interface ToolButton {
  id: ToolId;
  icon: ComponentType<{ size: number; stroke: number }>;
  /** as in the window's key table; null = none */
  key: string | null;
  edits: boolean;
}

const groups: readonly (readonly ToolButton[])[] = [
  [
    { id: 'select', icon: IconPointer, key: 'V', edits: false },
    { id: 'pan', icon: IconHandStop, key: 'space', edits: false },
  ],
  [
    { id: 'brush', icon: IconBrush, key: 'B', edits: true },
    { id: 'eraser', icon: IconEraser, key: 'E', edits: true },
    { id: 'polygon', icon: IconPolygon, key: 'P', edits: true },
    { id: 'lasso', icon: IconLasso, key: 'L', edits: true },
    { id: 'box', icon: IconSquareRoundedPlus, key: null, edits: true },
    { id: 'fill', icon: IconBucketDroplet, key: 'F', edits: true },
  ],
  [{ id: 'region', icon: IconFrame, key: null, edits: true }],
];

/** The tools, top to bottom. Clicking leaves the keyboard focus where it is, so that Space and the keys go on working. */
export function EditorToolbar() {
  const { t } = useTranslation('editor');
  return (
    <div
      className={styles.toolbar}
      role="toolbar"
      aria-orientation="vertical"
      aria-label={t('toolbar')}
      onMouseDown={(event) => {
        if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
      }}
      data-testid="editor-toolbar"
    >
      {groups.map((tools) => (
        <div key={tools[0]?.id} className={styles.toolGroup}>
          {tools.map((tool) => (
            <ToolIcon key={tool.id} tool={tool} />
          ))}
        </div>
      ))}
      <BrushSettings />
      <div className={styles.toolGroup}>
        <HistoryButtons />
        <MaskSwitch />
      </div>
    </div>
  );
}

function ToolIcon({ tool }: { tool: ToolButton }) {
  const { t } = useTranslation('editor');
  const active = useEditor((state) => state.tool === tool.id);
  const usable = useEditor((state) => state.document !== null && !(tool.edits && state.readOnly));
  const Icon = tool.icon;
  const shownKey = tool.key === 'space' ? t('space') : tool.key;
  return (
    <Tooltip position="right" label={<TipText title={t(`tool.${tool.id}`)} keys={shownKey} text={t(`hint.${tool.id}`)} />}>
      <ActionIcon
        size={32}
        variant={active ? 'filled' : 'subtle'}
        color={active ? 'rail' : 'gray'}
        aria-label={t(`tool.${tool.id}`)}
        aria-pressed={active}
        disabled={!usable}
        onClick={() => editorCommands.setTool(tool.id)}
        data-testid={`tool-${tool.id}`}
      >
        <Icon size={19} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

function TipText({ title, keys, text }: { title: string; keys: string | null; text?: string }) {
  return (
    <span className={styles.tip}>
      <span>
        {title} {keys !== null && <kbd>{keys}</kbd>}
      </span>
      {text !== undefined && <small>{text}</small>}
    </span>
  );
}

function BrushSettings() {
  const { t } = useTranslation('editor');
  const shown = useEditor((state) => state.tool === 'brush' || state.tool === 'eraser');
  const brush = useEditor((state) => state.brush);
  if (!shown) return null;
  const other = brush.shape === 'round' ? 'square' : 'round';
  const ShapeIcon = brush.shape === 'round' ? IconCircle : IconSquare;
  const shapeName = brush.shape === 'round' ? t('brushRound') : t('brushSquare');
  return (
    <div className={styles.toolGroup}>
      <Tooltip position="right" label={<TipText title={t('brushSize')} keys="[ ]" />}>
        <NumberInput
          classNames={{ input: styles.brushSize ?? '' }}
          size="xs"
          hideControls
          min={1}
          max={MAXIMUM_BRUSH_PX}
          allowDecimal={false}
          clampBehavior="strict"
          value={brush.sizePx}
          onChange={(value) => {
            if (typeof value === 'number') editorCommands.setBrush({ sizePx: value });
          }}
          aria-label={t('brushSize')}
          data-testid="brush-size"
        />
      </Tooltip>
      <Tooltip position="right" label={shapeName}>
        <ActionIcon size={32} aria-label={shapeName} onClick={() => editorCommands.setBrush({ shape: other })} data-testid="brush-shape">
          <ShapeIcon size={17} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function HistoryButtons() {
  const { t } = useTranslation('editor');
  const canUndo = useEditor((state) => state.canUndo && !state.readOnly);
  const canRedo = useEditor((state) => state.canRedo && !state.readOnly);
  return (
    <>
      <Tooltip position="right" label={<TipText title={t('undo')} keys="Ctrl+Z" />}>
        <ActionIcon size={32} aria-label={t('undo')} disabled={!canUndo} onClick={() => editorCommands.undo()} data-testid="undo">
          <IconArrowBackUp size={19} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Tooltip position="right" label={<TipText title={t('redo')} keys="Ctrl+Shift+Z" />}>
        <ActionIcon size={32} aria-label={t('redo')} disabled={!canRedo} onClick={() => editorCommands.redo()} data-testid="redo">
          <IconArrowForwardUp size={19} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function MaskSwitch() {
  const { t } = useTranslation('editor');
  const visible = useEditor((state) => state.masksVisible);
  const name = visible ? t('hideMasks') : t('showMasks');
  const Icon = visible ? IconEye : IconEyeOff;
  return (
    <Tooltip position="right" label={<TipText title={name} keys="H" />}>
      <ActionIcon
        size={32}
        aria-label={name}
        aria-pressed={!visible}
        color={visible ? 'gray' : 'yellow'}
        onClick={() => editorCommands.setMasksVisible(!visible)}
        data-testid="toggle-masks"
      >
        <Icon size={19} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}
