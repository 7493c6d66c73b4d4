import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database';
import { databaseError } from './errors';
import { journalMode } from './journal-mode';
import { openForReading, openForWriting } from './open';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-database-'));
  file = path.join(folder, 'project.db');
});

afterEach(() => rm(folder, { recursive: true }));

function insert(db: Database, value: string): void {
  db.run('INSERT INTO meta (key, value) VALUES (?, ?)', value, value);
}

describe('opening the database', () => {
  it('waits for the disk at every commit', async () => {
    const db = await openForWriting(file);
    expect(db.get('PRAGMA synchronous')).toEqual({ synchronous: 2 });
    expect(['wal', 'truncate']).toContain(db.get<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode);
    db.close();
  });

  it('names a file that is no database', async () => {
    await writeFile(file, 'this is not a database, '.repeat(500));
    const fault = { code: 'project-corrupt', details: expect.objectContaining({ path: file }) as unknown };
    await expect(openForWriting(file)).rejects.toMatchObject(fault);
    await expect(openForReading(file)).rejects.toMatchObject(fault);
    expect(await readFile(file, 'utf8')).toContain('not a database');
  });

  it('finds damage inside the file', async () => {
    const db = await openForWriting(file);
    for (let row = 0; row < 200; row++) insert(db, `${row}-${'x'.repeat(500)}`);
    db.close();
    const handle = await open(file, 'r+');
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(16_384, 0xa5), 0, 16_384, size - 20_480);
    await handle.close();
    await expect(openForWriting(file)).rejects.toMatchObject({ code: 'project-corrupt', details: { path: file } });
  });

  it('leaves a project of a newer program alone', async () => {
    const db = await openForWriting(file);
    db.execute('PRAGMA user_version = 999');
    db.close();
    const before = await readFile(file);
    await expect(openForWriting(file)).rejects.toMatchObject({ code: 'project-too-new', details: { path: file, version: 999 } });
    await expect(openForReading(file)).rejects.toMatchObject({ code: 'project-too-new' });
    expect((await readFile(file)).equals(before)).toBe(true);
  });

  it('lets a reader see what the writer commits, and write nothing', async () => {
    const writer = await openForWriting(file);
    const reader = await openForReading(file);
    insert(writer, 'a');
    expect(reader.all('SELECT key FROM meta')).toEqual([{ key: 'a' }]);
    expect(() => insert(reader, 'b')).toThrow(expect.objectContaining({ code: 'project-read-only' }));
    reader.close();
    writer.close();
  });

  it('waits for a writer that is still making the file', async () => {
    const reading = openForReading(file);
    const writer = await openForWriting(file);
    const reader = await reading;
    expect(reader.all('SELECT key FROM meta')).toEqual([]);
    reader.close();
    writer.close();
  });
});

describe('failures of SQLite', () => {
  it('says disk-full when the file cannot grow, and goes on with what was saved', async () => {
    const db = await openForWriting(file);
    insert(db, 'kept');
    const { page_count } = db.get<{ page_count: number }>('PRAGMA page_count') ?? { page_count: 0 };
    db.execute(`PRAGMA max_page_count = ${page_count}`);
    const grow = (): void => db.transaction(() => insert(db, 'x'.repeat(2_000_000)));
    expect(grow).toThrow(expect.objectContaining({ code: 'disk-full', details: expect.objectContaining({ path: file }) as unknown }));
    expect(db.all('SELECT key FROM meta')).toEqual([{ key: 'kept' }]);
    db.execute(`PRAGMA max_page_count = 100000`);
    expect(grow).not.toThrow();
    db.close();
  });

  it.each([
    [13, undefined, 'disk-full'],
    [778, 28, 'disk-full'], // IOERR_WRITE with ENOSPC
    [778, 122, 'disk-full'], // … with a quota used up
    [778, 5, 'write-failed'],
    [267, undefined, 'project-corrupt'], // CORRUPT_VTAB
    [26, undefined, 'project-corrupt'],
    [5, undefined, 'write-failed'],
  ])('maps result %i (errno %s) to %s', (errcode, systemErrno, code) => {
    const error = Object.assign(new Error('x'), { errcode, systemErrno });
    expect(databaseError(error, '/p/project.db')).toMatchObject({ code, details: { path: '/p/project.db' } });
  });

  it('keeps errors that are not the file system’s', () => {
    const error = Object.assign(new Error('UNIQUE constraint failed'), { errcode: 1555 });
    expect(databaseError(error, '/p')).toBe(error);
    const other = new TypeError('x');
    expect(databaseError(other, '/p')).toBe(other);
  });
});

describe('journalMode', () => {
  it.each([
    ['/home/a', 0xef53, 'wal'],
    ['/home/a', null, 'wal'],
    ['/mnt/nas', 0x6969, 'truncate'],
    ['/mnt/nas', 0xfe534d42, 'truncate'],
    ['/mnt/nas', 0xff534d42 | 0, 'truncate'], // as a signed number
    ['\\\\server\\share\\a', null, 'truncate'],
    ['\\\\?\\C:\\a', null, 'wal'],
  ] as const)('%s on %s uses %s', (folder, type, mode) => {
    expect(journalMode(folder, type)).toBe(mode);
  });
});
