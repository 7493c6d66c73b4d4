/** Opening the project's database file: settings, integrity, schema. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RailscopeError } from '#shared/errors/railscope-error';
import { Database } from './database';
import { journalModeFor, type JournalMode } from './journal-mode';
import { assertKnownVersion, migrate, schemaVersion } from './migrate';
import { migrations } from './migrations/index';

const BUSY_TIMEOUT_MS = 10_000;
const CACHE_KIB = 65_536;
/** Above this size the check leaves out the mask tiles: reading gigabytes would hold up the opening. */
const FULL_CHECK_LIMIT_BYTES = 256 * 1024 * 1024;
const checkedWhenLarge = ['meta', 'images', 'documents', 'defects', 'jobs', 'audit'];
const WRITER_SETUP_TIMEOUT_MS = 10_000;

/**
 * Opens (or makes) the database as its only writer. Every commit survives a kill and a power cut.
 * @throws project-corrupt, project-too-new, disk-full, write-failed
 */
export async function openForWriting(file: string): Promise<Database> {
  const mode = await journalModeFor(path.dirname(file));
  return opened(new Database(file, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS }), async (db) => {
    setJournalMode(db, mode);
    db.execute(`PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -${CACHE_KIB}`);
    await checkIntegrity(db);
    migrate(db, migrations);
  });
}

/**
 * Opens the database beside its writer, which may still be making it.
 * @throws project-corrupt, project-too-new, write-failed
 */
export async function openForReading(file: string): Promise<Database> {
  const until = Date.now() + WRITER_SETUP_TIMEOUT_MS;
  for (;;) {
    try {
      return await opened(new Database(file, { readOnly: true, busyTimeoutMs: BUSY_TIMEOUT_MS }), async (db) => {
        const version = schemaVersion(db);
        assertKnownVersion(db, version, migrations.length);
        if (version < migrations.length) throw new RailscopeError('write-failed', `${file} is not set up yet`, { path: file });
      });
    } catch (error) {
      const mayPass = error instanceof RailscopeError && error.code === 'write-failed';
      if (!mayPass || Date.now() > until) throw error;
      await delay(100);
    }
  }
}

async function opened(db: Database, setUp: (db: Database) => Promise<void>): Promise<Database> {
  try {
    await setUp(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** WAL where it works; a rollback journal elsewhere. */
function setJournalMode(db: Database, wanted: JournalMode): void {
  const got = wanted === 'wal' ? tryWal(db) : null;
  if (got !== 'wal') db.get('PRAGMA journal_mode = TRUNCATE');
}

function tryWal(db: Database): string | null {
  try {
    return db.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL')?.journal_mode ?? null;
  } catch (error) {
    // no shared memory on this file system
    if (error instanceof RailscopeError && error.code === 'write-failed') return null;
    throw error;
  }
}

async function checkIntegrity(db: Database): Promise<void> {
  const { size } = await stat(db.path);
  const checks =
    size <= FULL_CHECK_LIMIT_BYTES ? ['PRAGMA quick_check(1)'] : checkedWhenLarge.map((table) => `PRAGMA quick_check('${table}')`);
  for (const check of checks) {
    const result = db.get<{ quick_check: string }>(check)?.quick_check;
    if (result !== 'ok')
      throw new RailscopeError('project-corrupt', `${db.path}: ${result ?? 'no answer'}`, { path: db.path, reason: result ?? '' });
  }
}
