import type { Locale } from '../domain/settings';
import { assertNever } from './railscope-error';
import type { ErrorInfo } from './codes';
import { errorTexts as english } from './texts.en';
import { errorTexts as chinese } from './texts.zh-CN';

export interface ErrorText {
  /** what happened, naming the file */
  title: string;
  /** what to do about it */
  remedy: string;
}

/**
 * The words for an error in the user's language. Placeholders are filled from `info.details`; `{{message}}` is the
 * technical English sentence, `{{reason}}` falls back to it. A fact that is not there leaves no dangling label.
 */
export function errorText(locale: Locale, info: ErrorInfo): ErrorText {
  const text = textsOf(locale)[info.code];
  const facts = { message: info.message, reason: info.message, ...info.details };
  return { title: fill(text.title, facts), remedy: fill(text.remedy, facts) };
}

function textsOf(locale: Locale): typeof english {
  switch (locale) {
    case 'zh-CN':
      return chinese;
    case 'en':
      return english;
    default:
      return assertNever(locale, 'locale');
  }
}

function fill(template: string, facts: Record<string, string | number | boolean>): string {
  const filled = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(facts[name] ?? ''));
  return filled
    .replace(/“”/g, '')
    .replace(/(?<=^|[.。;；])[^.。;；]*[:：]\s*$/, (tail) => (filled === tail ? tail.replace(/[:：]\s*$/, '') : ''))
    .trim();
}
