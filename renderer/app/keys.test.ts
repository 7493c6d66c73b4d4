import { describe, expect, it } from 'vitest';
import { isTypingTarget, keepsKey, matchesKeys, parseCombination, type KeyPress } from './keys';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...change,
});

describe('combinations', () => {
  it('split at plus signs that are not keys', () => {
    expect(parseCombination('Ctrl+Shift+Z')).toEqual({ key: 'Z', modifiers: ['Ctrl', 'Shift'] });
    expect(parseCombination('+')).toEqual({ key: '+', modifiers: [] });
    expect(parseCombination('Ctrl++')).toEqual({ key: '+', modifiers: ['Ctrl'] });
  });

  it('match letters whatever the capitals lock says', () => {
    expect(matchesKeys('R', press('r'))).toBe(true);
    expect(matchesKeys('R', press('R'))).toBe(true);
    expect(matchesKeys('R', press('r', { ctrlKey: true }))).toBe(false);
    expect(matchesKeys('R', press('R', { shiftKey: true }))).toBe(false);
  });

  it('tell undo from redo', () => {
    expect(matchesKeys('Ctrl+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(false);
    expect(matchesKeys('Ctrl+Shift+Z', press('Z', { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(matchesKeys('Ctrl+Z', press('z', { metaKey: true }))).toBe(true);
  });

  it('take signs with or without shift', () => {
    expect(matchesKeys('?', press('?', { shiftKey: true }))).toBe(true);
    expect(matchesKeys('[', press('['))).toBe(true);
    expect(matchesKeys('+', press('+'))).toBe(true);
  });

  it('work while a Chinese input method is on', () => {
    expect(matchesKeys('R', press('Process', { code: 'KeyR' }))).toBe(true);
    expect(matchesKeys('?', press('？', { code: 'Slash', shiftKey: true }))).toBe(true);
    expect(matchesKeys('[', press('【', { code: 'BracketLeft' }))).toBe(true);
    expect(matchesKeys('3', press('Process', { code: 'Digit3' }))).toBe(true);
  });

  it('leave Alt to the canvas', () => expect(matchesKeys('B', press('b', { altKey: true }))).toBe(false));
});

describe('whose keys they are', () => {
  it.each([
    ['INPUT', 'text', true],
    ['INPUT', 'number', true],
    ['INPUT', 'radio', false],
    ['TEXTAREA', undefined, true],
    ['BUTTON', undefined, false],
    ['CANVAS', undefined, false],
  ])('%s of type %s is typed into: %s', (tagName, type, typing) =>
    expect(isTypingTarget(type === undefined ? { tagName } : { tagName, type })).toBe(typing),
  );

  it('leaves arrows to sliders and every key to dialogs', () => {
    const within = (role: string) => ({ tagName: 'DIV', closest: (selector: string) => (selector.includes(`[role=${role}]`) ? {} : null) });
    expect(keepsKey(within('slider'), 'ArrowLeft')).toBe(true);
    expect(keepsKey(within('slider'), 'r')).toBe(false);
    expect(keepsKey(within('dialog'), 'r')).toBe(true);
    expect(keepsKey(within('group'), 'ArrowLeft')).toBe(false);
  });
});
