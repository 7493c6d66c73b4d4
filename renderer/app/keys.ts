/** Reading the keyboard: combinations as people write them, and when keys belong to someone else. */

/** A key press, as far as it matters here. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** What an input method hides in `key`, by place on the keyboard: letters, digits and the signs in use here. */
const signOfCode: Record<string, [plain: string, shifted: string]> = {
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  Slash: ['/', '?'],
};

/**
 * Says whether a press is the combination, written like `Ctrl+Shift+Z`, `ArrowDown`, `[` or `Ctrl+1`.
 * Shift is compared for letters and named keys only: signs need it on some keyboards and not on others.
 */
export function matchesKeys(combination: string, press: KeyPress): boolean {
  const { key, modifiers } = parseCombination(combination);
  if (press.altKey || modifiers.includes('Ctrl') !== (press.ctrlKey || press.metaKey)) return false;
  if (pressedKey(press).toLowerCase() !== key.toLowerCase()) return false;
  const isSign = key.length === 1 && !/[a-z]/i.test(key);
  return isSign || modifiers.includes('Shift') === press.shiftKey;
}

/** `Ctrl++` is the plus key with Ctrl. */
export function parseCombination(combination: string): { key: string; modifiers: string[] } {
  const parts = combination.split(/\+(?=.)/);
  return { key: parts.at(-1) ?? combination, modifiers: parts.slice(0, -1) };
}

/** The key in Latin, also while a Chinese input method is on. */
function pressedKey(press: KeyPress): string {
  const isLatin = press.key !== 'Process' && press.key !== 'Unidentified' && /^[\x20-\x7e]+$/.test(press.key);
  if (isLatin) return press.key;
  const letter = /^(?:Key|Digit|Numpad)(\w)$/.exec(press.code)?.[1];
  return letter ?? signOfCode[press.code]?.[press.shiftKey ? 1 : 0] ?? press.code;
}

/** The parts of an element that decide whose keys they are. */
export interface KeyTarget {
  tagName: string;
  type?: string;
  isContentEditable?: boolean;
  getAttribute?(name: string): string | null;
  closest?(selector: string): unknown;
}

const buttonLikeInputs = ['radio', 'checkbox', 'range', 'button', 'submit', 'color'];

/** Text goes in here: no shortcut may fire. */
export function isTypingTarget(target: KeyTarget | null): boolean {
  if (!target) return false;
  const tag = target.tagName.toLowerCase();
  if (tag === 'textarea' || tag === 'select' || target.isContentEditable === true) return true;
  return tag === 'input' && !buttonLikeInputs.includes(target.type ?? 'text');
}

/** Arrow keys move within sliders, radio groups, tabs and menus; dialogs and menus keep every key. */
export function keepsKey(target: KeyTarget | null, key: string): boolean {
  if (!target?.closest) return false;
  if (target.closest('[role=dialog],[role=menu],[role=listbox]')) return true;
  const isArrow = key.startsWith('Arrow');
  return isArrow && target.closest('[role=slider],[role=radiogroup],[role=tablist],[role=separator],input') !== null;
}
