import { appSettingsSchema, defaultAppSettings, type AppSettings } from '#shared/domain/settings';
import { readJsonFile, writeJsonFile } from './json-file';

export interface SettingsStore {
  get(): AppSettings;
  /** Changes the named settings and saves them. @throws disk-full, write-failed */
  set(change: Partial<AppSettings>): Promise<AppSettings>;
}

/**
 * @param file settings.json of the user's data folder; a missing or damaged file means the defaults
 */
export async function openSettings(file: string): Promise<SettingsStore> {
  const stored = await readJsonFile(file, appSettingsSchema.partial());
  let current: AppSettings = { ...defaultAppSettings, ...withoutUndefined(stored ?? {}) };
  let writing: Promise<void> = Promise.resolve();
  return {
    get: () => current,
    async set(change) {
      current = { ...current, ...withoutUndefined(change) };
      const saved = current;
      writing = writing.catch(() => undefined).then(() => writeJsonFile(file, saved));
      await writing;
      return saved;
    },
  };
}

function withoutUndefined(change: { [K in keyof AppSettings]?: AppSettings[K] | undefined }): Partial<AppSettings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
