import { z } from 'zod';
import { deviceChoiceSchema } from './model';
import { remoteServerSchema } from './remote-server';

export const localeSchema = z.enum(['zh-CN', 'en']);
export type Locale = z.infer<typeof localeSchema>;

/** What the application remembers between starts, per user of the computer. */
export const appSettingsSchema = z.object({
  locale: localeSchema,
  inspector: z.string().max(200),
  organisation: z.string().max(200),
  modelId: z.string().nullable(),
  device: deviceChoiceSchema,
  /** the server of device `remote`; null = none is set */
  remoteServer: remoteServerSchema.nullable(),
  /** start inference as soon as a folder is open */
  inferOnOpen: z.boolean(),
});
export type AppSettings = z.infer<typeof appSettingsSchema>;

export const defaultAppSettings: AppSettings = {
  locale: 'zh-CN',
  inspector: '',
  organisation: '',
  modelId: null,
  device: 'auto',
  remoteServer: null,
  inferOnOpen: true,
};
