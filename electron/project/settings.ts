/** What the inspector says about the run: line, direction, track, calibration. */
import { projectSettingsSchema, type ProjectSettings } from '#shared/domain/project';
import type { Database } from './database/database';

const KEY = 'settings';

const emptySettings: ProjectSettings = {
  inspection: { runName: '', line: '', direction: '', track: '', railSide: '', inspector: '', organisation: '' },
  calibration: null,
};

export function readSettings(db: Database): ProjectSettings {
  const row = db.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', KEY);
  return row ? projectSettingsSchema.parse(JSON.parse(row.value)) : emptySettings;
}

export function writeSettings(db: Database, settings: ProjectSettings): void {
  const sql = 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
  db.run(sql, KEY, JSON.stringify(settings));
}
