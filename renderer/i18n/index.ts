/**
 * Texts of the window. Each feature has one file per language; the Chinese file is the source, the English one must
 * have the same keys (checked by the types and by `catalogue.test.ts`). Placeholders are i18next's {{name}}.
 */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Locale } from '#shared/domain/settings';
import { common as zhCommon } from './zh-CN/common';
import { devices as zhDevices } from './zh-CN/devices';
import { domain as zhDomain } from './zh-CN/domain';
import { editor as zhEditor } from './zh-CN/editor';
import { report as zhReport } from './zh-CN/report';
import { settings as zhSettings } from './zh-CN/settings';
import { shortcuts as zhShortcuts } from './zh-CN/shortcuts';
import { welcome as zhWelcome } from './zh-CN/welcome';
import { workspace as zhWorkspace } from './zh-CN/workspace';
import { common as enCommon } from './en/common';
import { devices as enDevices } from './en/devices';
import { domain as enDomain } from './en/domain';
import { editor as enEditor } from './en/editor';
import { report as enReport } from './en/report';
import { settings as enSettings } from './en/settings';
import { shortcuts as enShortcuts } from './en/shortcuts';
import { welcome as enWelcome } from './en/welcome';
import { workspace as enWorkspace } from './en/workspace';

/** The same keys with any text. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> };

export const catalogue = {
  'zh-CN': {
    common: zhCommon,
    devices: zhDevices,
    domain: zhDomain,
    editor: zhEditor,
    report: zhReport,
    settings: zhSettings,
    shortcuts: zhShortcuts,
    welcome: zhWelcome,
    workspace: zhWorkspace,
  },
  en: {
    common: enCommon,
    devices: enDevices,
    domain: enDomain,
    editor: enEditor,
    report: enReport,
    settings: enSettings,
    shortcuts: enShortcuts,
    welcome: enWelcome,
    workspace: enWorkspace,
  },
} as const;

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: (typeof catalogue)['zh-CN'];
  }
}

export async function startTranslations(locale: Locale): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: false,
    resources: catalogue,
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    showSupportNotice: false,
  } as Parameters<typeof i18next.init>[0]);
}
