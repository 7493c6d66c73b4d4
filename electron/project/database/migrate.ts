import { RailscopeError } from '#shared/errors/railscope-error';
import type { Database } from './database';
import type { Migration } from './migrations/index';

/** The schema version of the file; 0 = no tables yet. */
export function schemaVersion(db: Database): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/**
 * Brings the schema up to date, each step in a transaction of its own.
 * @throws project-too-new when a newer program has written the file; nothing is changed then
 */
export function migrate(db: Database, migrations: readonly Migration[]): void {
  const version = schemaVersion(db);
  assertKnownVersion(db, version, migrations.length);
  for (const migration of migrations.filter((step) => step.version > version)) {
    db.transaction(() => {
      migration.up(db);
      db.execute(`PRAGMA user_version = ${migration.version}`);
    });
  }
}

export function assertKnownVersion(db: Database, version: number, newest: number): void {
  if (version <= newest) return;
  throw new RailscopeError('project-too-new', `${db.path} has schema ${version}, this program knows ${newest}`, {
    path: db.path,
    version,
    newest,
  });
}
