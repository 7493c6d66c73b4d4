import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { catalogue } from './index';

const chineseTexts = flatten(catalogue['zh-CN']);
const englishTexts = flatten(catalogue.en);
/** Names, units and formulas: the same letters in every language. */
const languageFree = /\b(RailScope|CPU|CUDA GPU|English|mIoU|mDice|PA|SHA-256|sha256|JPEG|PNG|BMP|TIFF|mm²?|px²?|ms|DN|bit|fps)(?![\w])/g;

describe('the catalogue', () => {
  it('has the same keys in both languages', () => expect([...englishTexts.keys()].sort()).toEqual([...chineseTexts.keys()].sort()));

  it('has no empty text', () => {
    const all = [...chineseTexts, ...englishTexts];
    expect(all.filter(([, text]) => text.trim() === '').map(([key]) => key)).toEqual([]);
  });

  it('has the same placeholders in both languages', () => {
    const differing = [...chineseTexts].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(englishTexts.get(key) ?? '').join(),
    );
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it('speaks Chinese wherever English uses words', () => {
    const silent = [...chineseTexts].filter(
      ([key, text]) => hasWords(withoutPlaceholders(englishTexts.get(key) ?? '')) && !isChinese(text),
    );
    expect(silent.map(([key]) => key)).toEqual([]);
  });

  it('speaks no Chinese in English, except the name of the language', () => {
    const chinese = [...englishTexts].filter(([, text]) => /\p{Script=Han}/u.test(text) && text !== '简体中文');
    expect(chinese.map(([key]) => key)).toEqual([]);
  });
});

describe('the sources of the window', () => {
  const sources = import.meta.glob<string>(['../**/*.tsx', '../**/*.ts', '!../i18n/**', '!../**/*.test.*', '!../**/testing/**'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });

  it('are looked at', () => expect(Object.keys(sources)).toContain('../app/root.tsx'));

  it('show no text that is not in the catalogue', () => {
    const found = Object.entries(sources).flatMap(([file, source]) => strayTexts(file, source).map((text) => `${file}: ${text}`));
    expect(found).toEqual([]);
  });

  it.each([
    ['<p>Hello</p>', 'Hello'],
    ['<p>{t("a")} wide</p>', 'wide'],
    ['<input placeholder="Name" />', 'Name'],
    ['<button aria-label={`Close ${x}`} />', 'Close'],
    ['<Tooltip label={open ? "Shut" : t("open")} />', 'Shut'],
    ['<p>{open && "Open"}</p>', 'Open'],
    ['<p>{f("缺陷")}</p>', '缺陷'],
  ])('%s is caught', (source, text) => expect(strayTexts('x.tsx', `const x = ${source};`)).toEqual([text]));

  it.each(['<p>{t("open")}</p>', '<p className="big">{a} · {b} mm</p>', '<A label={t("a", { b: "c" })} mode="dark" />', '// 中文\nnull'])(
    '%s is fine',
    (source) => expect(strayTexts('x.tsx', `const x = ${source};`)).toEqual([]),
  );
});

function flatten(tree: object, path = ''): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree) as [string, unknown][]) {
    const place = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') texts.set(place, value);
    else for (const [inner, text] of flatten(value as object, place)) texts.set(inner, text);
  }
  return texts;
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)[^}]*\}\}/g)].map((match) => match[1] ?? '').sort();
}

function withoutPlaceholders(text: string): string {
  return text.replace(/\{\{[^}]*\}\}/g, '');
}

/** Words on the screen that are written in the code: in JSX, in attributes that people see, and all Chinese. */
function strayTexts(file: string, source: string): string[] {
  const found: string[] = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const visit = (node: ts.Node): void => {
    const text = literalText(node)?.trim();
    if (text !== undefined && (isChinese(text) || (hasWords(text) && isShown(node)))) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function literalText(node: ts.Node): string | null {
  if (ts.isJsxText(node) || ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)) return node.text;
  return null;
}

const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);
const hasWords = (text: string): boolean => /\p{L}{2,}/u.test(text.replace(languageFree, ''));
const shownAttributes = ['title', 'label', 'placeholder', 'aria-label', 'alt', 'description', 'hint', 'text', 'error'];

/** Whether the literal itself reaches the screen: not one that is compared, looked up or passed to a function. */
function isShown(node: ts.Node): boolean {
  if (ts.isJsxText(node)) return true;
  let child = node;
  for (let parent = node.parent; !ts.isSourceFile(parent); child = parent, parent = parent.parent) {
    if (ts.isJsxAttribute(parent)) return shownAttributes.includes(parent.name.getText());
    if (ts.isJsxExpression(parent)) {
      if (ts.isJsxElement(parent.parent) || ts.isJsxFragment(parent.parent)) return true;
      continue;
    }
    if (ts.isConditionalExpression(parent)) {
      if (parent.condition === child) return false;
      continue;
    }
    if (ts.isBinaryExpression(parent)) {
      const passesOn = ['&&', '||', '??', '+'].includes(parent.operatorToken.getText());
      if (!passesOn) return false;
      continue;
    }
    if (!ts.isParenthesizedExpression(parent) && !ts.isTemplateExpression(parent) && !ts.isTemplateSpan(parent)) return false;
  }
  return false;
}
