import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../database';
import { migrate, schemaVersion } from '../migrate';
import { initial } from './001-initial';
import { migrations } from './index';

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-migration-'));
  db = new Database(path.join(folder, 'project.db'), { readOnly: false, busyTimeoutMs: 1000 });
});

afterEach(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

describe('migration 1', () => {
  it('makes the tables of an empty project', () => {
    migrate(db, [initial]);
    expect(schemaVersion(db)).toBe(1);
    const tables = db.all<{ name: string }>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
    );
    expect(tables.map((row) => row.name)).toEqual(['audit', 'defects', 'documents', 'images', 'job_items', 'jobs', 'mask_tiles', 'meta']);
  });

  it('keeps the audit log from being changed', () => {
    migrate(db, [initial]);
    db.run(`INSERT INTO audit (at_ms, action, inspector, details) VALUES (1, 'a', '', '{}')`);
    expect(() => db.run(`UPDATE audit SET action = 'b'`)).toThrow('append-only');
    expect(() => db.run('DELETE FROM audit')).toThrow('append-only');
  });

  it('holds one row per path and one document per content', () => {
    migrate(db, [initial]);
    db.run(`INSERT INTO images (relative_path, sort_key, search_key, size_bytes, modified_ms) VALUES ('a', 'a', 'a', 1, 1)`);
    expect(() =>
      db.run(`INSERT INTO images (relative_path, sort_key, search_key, size_bytes, modified_ms) VALUES ('a', 'a', 'a', 1, 1)`),
    ).toThrow('UNIQUE');
    db.run(`INSERT INTO documents (image_id, content_hash) VALUES (1, 'x')`);
    expect(() => db.run(`INSERT INTO documents (image_id, content_hash) VALUES (1, 'x')`)).toThrow('UNIQUE');
  });
});

describe('migrate', () => {
  it('runs each migration once and in order', () => {
    const ran: number[] = [];
    const steps = [1, 2, 3].map((version) => ({ version, up: () => void ran.push(version) }));
    migrate(db, steps.slice(0, 2));
    migrate(db, steps);
    expect(ran).toEqual([1, 2, 3]);
  });

  it('leaves the schema as it was when a step fails', () => {
    const broken = {
      version: 1,
      up: (target: Database): void => {
        target.execute('CREATE TABLE half (a)');
        throw new Error('no');
      },
    };
    expect(() => migrate(db, [broken])).toThrow('no');
    expect(schemaVersion(db)).toBe(0);
    expect(db.all(`SELECT name FROM sqlite_schema`)).toEqual([]);
  });

  it('refuses a schema that a newer program made', () => {
    db.execute(`PRAGMA user_version = ${migrations.length + 1}`);
    expect(() => migrate(db, migrations)).toThrow(expect.objectContaining({ code: 'project-too-new' }));
  });

  it('has migrations numbered without gaps', () => {
    expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1));
  });
});
