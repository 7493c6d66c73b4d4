import i18next from 'i18next';
import type { AppSettings, Locale } from '#shared/domain/settings';
import { invoke } from '../../platform/bridge';
import { useApp } from './app-store';

export const useLocale = (): Locale => useApp((state) => state.settings.locale);

/** Saves the change and, with another language, turns the whole window to it at once. */
export async function changeSettings(change: Partial<AppSettings>): Promise<void> {
  const settings = await invoke('app.settings.set', change);
  useApp.setState({ settings });
  if (settings.locale === i18next.language) return;
  document.documentElement.lang = settings.locale;
  await i18next.changeLanguage(settings.locale);
}

/** The name in the inspector's language of something that has both. */
export function useName(): (name: { zh: string; en: string }) => string {
  const locale = useLocale();
  return (name) => (locale === 'zh-CN' ? name.zh : name.en);
}
