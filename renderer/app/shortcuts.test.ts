import { describe, expect, it, vi } from 'vitest';
import { shortcuts as chinese } from '../i18n/zh-CN/shortcuts';

// the table's actions reach the canvas and the window; neither is needed to look at the table
vi.mock('../editor', () => ({ editorCommands: {}, useEditor: { getState: () => ({}) } }));
vi.mock('./session', () => ({}));
vi.mock('./state/notify', () => ({}));
vi.mock('../features/review/actions', () => ({
  chooseClass: vi.fn(),
  cycleGrade: vi.fn(),
  cycleMaskView: vi.fn(),
  toggleBoxes: vi.fn(),
  decideDefect: vi.fn(),
  deleteSelected: vi.fn(),
  finishImage: vi.fn(),
  markNoDefect: vi.fn(),
  scaleBrush: vi.fn(),
}));
vi.mock('../features/review/navigation', () => ({}));
const { keysOf, shortcuts } = await import('./shortcuts');

describe('the table of shortcuts', () => {
  it('gives no combination to two commands', () => {
    const all = shortcuts.flatMap((shortcut) => shortcut.keys);
    expect(all.filter((keys, index) => all.indexOf(keys) !== index)).toEqual([]);
  });

  it('has a text for every command and a command for every text', () => {
    const { title, group, space, ...commands } = chinese;
    expect([title, group, space]).not.toContain(undefined);
    expect(Object.keys(commands).sort()).toEqual([...new Set(shortcuts.map((shortcut) => shortcut.id))].sort());
    expect(Object.keys(group).sort()).toEqual([...new Set(shortcuts.map((shortcut) => shortcut.group))].sort());
  });

  it('has every key that inspectors were promised', () => {
    const all = new Set(shortcuts.flatMap((shortcut) => shortcut.keys));
    const promised = [
      'R',
      'X',
      'N',
      'A',
      'PageDown',
      'PageUp',
      'ArrowLeft',
      'ArrowRight',
      'ArrowUp',
      'ArrowDown',
      'Tab',
      '1',
      '9',
      'G',
      'Delete',
    ];
    const more = ['Ctrl+Z', 'Ctrl+Shift+Z', 'Ctrl+Y', 'B', 'E', 'P', 'L', 'F', 'V', 'H', 'M', '[', ']', '0', 'Ctrl+1', '+', '-', 'Space'];
    expect([...promised, ...more, 'Ctrl+O', 'Ctrl+P', 'Ctrl+E', '?', 'Escape'].filter((keys) => !all.has(keys))).toEqual([]);
  });

  it('can show a key on a button', () => {
    expect(keysOf('brush')).toBe('B');
    expect(keysOf('setClass')).toBe('1–9');
  });
});
