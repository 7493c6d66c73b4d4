/** Every key of the window, once: the handler below and the help dialog read the same table. */
import { editorCommands, useEditor, type ToolId } from '../editor';
import {
  chooseClass,
  cycleGrade,
  cycleMaskView,
  decideDefect,
  deleteSelected,
  finishImage,
  markNoDefect,
  scaleBrush,
  toggleBoxes,
} from '../features/review/actions';
import { stepDefect, stepImage } from '../features/review/navigation';
import type { shortcuts as texts } from '../i18n/zh-CN/shortcuts';
import { isTypingTarget, keepsKey, matchesKeys, type KeyTarget } from './keys';
import { focusNextPane, isInCanvas } from './panes';
import { chooseFolder } from './session';
import { openDialog, useApp } from './state/app-store';
import { attempt } from './state/notify';

export type ShortcutGroup = keyof (typeof texts)['group'];
export type ShortcutId = Exclude<keyof typeof texts, 'title' | 'group' | 'space'>;

export interface Shortcut {
  readonly id: ShortcutId;
  readonly group: ShortcutGroup;
  /** any of these; `Space` is the space bar */
  readonly keys: readonly string[];
  /** what the help shows instead of all keys */
  readonly shown?: string;
  /** absent where the canvas itself listens */
  readonly run?: (combination: string) => void;
  readonly release?: () => void;
  /** whether holding the key down repeats it */
  readonly repeats?: boolean;
  /** whether the key is taken only while the canvas has the focus (Tab must stay able to leave everything else) */
  readonly onlyInCanvas?: boolean;
}

const zoomStep = 1.25;
const brushStep = 1.2;
const tool = (id: ToolId) => (): void => editorCommands.setTool(id);

export const shortcuts: readonly Shortcut[] = [
  { id: 'acceptDefect', group: 'review', keys: ['R'], run: () => attempt(() => decideDefect('accepted')) },
  { id: 'rejectDefect', group: 'review', keys: ['X'], run: () => attempt(() => decideDefect('rejected')) },
  { id: 'noDefect', group: 'review', keys: ['N'], run: () => attempt(markNoDefect) },
  { id: 'acceptImage', group: 'review', keys: ['A'], run: () => attempt(() => finishImage('accepted')) },

  { id: 'nextDefect', group: 'navigate', keys: ['ArrowDown'], run: () => attempt(() => stepDefect(1)), repeats: true },
  { id: 'nextDefect', group: 'navigate', keys: ['Tab'], run: () => attempt(() => stepDefect(1)), repeats: true, onlyInCanvas: true },
  { id: 'previousDefect', group: 'navigate', keys: ['ArrowUp'], run: () => attempt(() => stepDefect(-1)), repeats: true },
  {
    id: 'previousDefect',
    group: 'navigate',
    keys: ['Shift+Tab'],
    run: () => attempt(() => stepDefect(-1)),
    repeats: true,
    onlyInCanvas: true,
  },
  { id: 'nextImage', group: 'navigate', keys: ['PageDown', 'ArrowRight'], run: () => attempt(() => stepImage(1)), repeats: true },
  { id: 'previousImage', group: 'navigate', keys: ['PageUp', 'ArrowLeft'], run: () => attempt(() => stepImage(-1)), repeats: true },
  { id: 'nextPane', group: 'navigate', keys: ['F6'], run: focusNextPane },

  {
    id: 'setClass',
    group: 'edit',
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    shown: '1–9',
    run: (combination) => chooseClass(Number(combination)),
  },
  { id: 'cycleGrade', group: 'edit', keys: ['G'], run: cycleGrade },
  { id: 'deleteDefect', group: 'edit', keys: ['Delete'], run: deleteSelected },
  { id: 'undo', group: 'edit', keys: ['Ctrl+Z'], run: () => editorCommands.undo(), repeats: true },
  { id: 'redo', group: 'edit', keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], run: () => editorCommands.redo(), repeats: true },

  { id: 'select', group: 'tools', keys: ['V'], run: tool('select') },
  { id: 'brush', group: 'tools', keys: ['B'], run: tool('brush') },
  { id: 'eraser', group: 'tools', keys: ['E'], run: tool('eraser') },
  { id: 'polygon', group: 'tools', keys: ['P'], run: tool('polygon') },
  { id: 'lasso', group: 'tools', keys: ['L'], run: tool('lasso') },
  { id: 'fill', group: 'tools', keys: ['F'], run: tool('fill') },
  { id: 'brushSmaller', group: 'tools', keys: ['['], run: () => scaleBrush(1 / brushStep), repeats: true },
  { id: 'brushLarger', group: 'tools', keys: [']'], run: () => scaleBrush(brushStep), repeats: true },
  { id: 'leaveTool', group: 'tools', keys: ['Escape'], run: tool('select') },

  {
    id: 'hideMasks',
    group: 'view',
    keys: ['H'],
    run: () => editorCommands.setMasksVisible(false),
    release: () => editorCommands.setMasksVisible(true),
  },
  { id: 'cycleMaskView', group: 'view', keys: ['M'], run: cycleMaskView },
  { id: 'toggleBoxes', group: 'view', keys: ['T'], run: toggleBoxes },
  { id: 'fit', group: 'view', keys: ['0'], run: () => editorCommands.fit() },
  { id: 'actualSize', group: 'view', keys: ['Ctrl+1'], run: () => editorCommands.actualSize() },
  { id: 'zoomIn', group: 'view', keys: ['+', '='], shown: '+', run: () => editorCommands.zoomBy(zoomStep), repeats: true },
  { id: 'zoomOut', group: 'view', keys: ['-'], run: () => editorCommands.zoomBy(1 / zoomStep), repeats: true },
  { id: 'pan', group: 'view', keys: ['Space'] },

  { id: 'openFolder', group: 'application', keys: ['Ctrl+O'], run: () => attempt(chooseFolder) },
  { id: 'exportReport', group: 'application', keys: ['Ctrl+P', 'Ctrl+E'], run: () => openReport() },
  { id: 'settings', group: 'application', keys: ['Ctrl+,'], run: () => openDialog('settings') },
  { id: 'help', group: 'application', keys: ['?', 'F1'], run: () => openDialog('shortcuts') },
];

/** The keys of a shortcut, for buttons that show theirs. */
export function keysOf(id: ShortcutId): string {
  const entry = shortcuts.find((shortcut) => shortcut.id === id);
  return entry?.shown ?? entry?.keys[0] ?? '';
}

function openReport(): void {
  if (useApp.getState().project) openDialog('report');
}

/** @returns a function that ends it */
export function listenToShortcuts(): () => void {
  let held: Shortcut | null = null;
  const releaseHeld = (): void => {
    held?.release?.();
    held = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const found = findShortcut(event);
    if (!found) return;
    event.preventDefault();
    if (event.repeat && found.shortcut.repeats !== true) return;
    found.shortcut.run?.(found.combination);
    if (found.shortcut.release) held = found.shortcut;
  };
  const onKeyUp = (event: KeyboardEvent): void => {
    if (held?.keys.some((combination) => matchesKeys(combination, event))) releaseHeld();
  };
  window.addEventListener('keydown', onKeyDown);
  window.addEventListener('keyup', onKeyUp);
  window.addEventListener('blur', releaseHeld);
  return () => {
    window.removeEventListener('keydown', onKeyDown);
    window.removeEventListener('keyup', onKeyUp);
    window.removeEventListener('blur', releaseHeld);
  };
}

function findShortcut(event: KeyboardEvent): { shortcut: Shortcut; combination: string } | null {
  const target = event.target instanceof Element ? (event.target as Element & KeyTarget) : null;
  const { dialog, project } = useApp.getState();
  if (event.defaultPrevented || dialog !== null || isTypingTarget(target) || keepsKey(target, event.key)) return null;
  for (const shortcut of shortcuts) {
    if (!shortcut.run || (shortcut.onlyInCanvas && !isInCanvas(target))) continue;
    const isUsable =
      shortcut.group === 'application' || (project !== null && (shortcut.group === 'navigate' || useEditor.getState().document !== null));
    const combination = isUsable ? shortcut.keys.find((keys) => matchesKeys(keys, event)) : undefined;
    if (combination !== undefined) return { shortcut, combination };
  }
  return null;
}
