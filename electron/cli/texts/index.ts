import { localeSchema, type Locale } from '#shared/domain/settings';
import { en, type TextKey } from './en';
import { zhCn } from './zh-cn';

export type { TextKey } from './en';
export type Translate = (key: TextKey, facts?: Record<string, string | number>) => string;

const catalogues: Record<Locale, Record<TextKey, string>> = { en, 'zh-CN': zhCn };

export function translator(locale: Locale): Translate {
  return (key, facts = {}) => catalogues[locale][key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(facts[name] ?? ''));
}

/**
 * The language before the arguments are parsed, so that usage errors and help speak it too: `--locale`, else the
 * environment, where English and the C locale mean English; else Chinese.
 */
export function chooseLocale(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Locale {
  const asked = localeSchema.safeParse(optionValue(argv, '--locale'));
  if (asked.success) return asked.data;
  const language = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^(en|C|POSIX)([_.@-]|$)/.test(language) ? 'en' : 'zh-CN';
}

function optionValue(argv: readonly string[], name: string): string | undefined {
  const at = argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  const argument = argv[at];
  return argument === name ? argv[at + 1] : argument?.slice(name.length + 1);
}
