import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFile, writeError } from './output-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('OutputFile', () => {
  it('appears under its name only when it is whole, in the place of an older one', async () => {
    const target = path.join(folder, 'report.pdf');
    await writeFile(target, 'old');
    const output = await OutputFile.create(target);
    await output.write(Buffer.from('new '));
    await output.write(Buffer.alloc(2_000_000, 'x'));
    expect(await readFile(target, 'utf8')).toBe('old');
    expect(output.position).toBe(2_000_004);
    await output.commit();
    expect((await readFile(target)).length).toBe(2_000_004);
    expect(await readdir(folder)).toEqual(['report.pdf']);
  });

  it('leaves nothing when it is discarded', async () => {
    const output = await OutputFile.create(path.join(folder, 'report.pdf'));
    await output.write(Buffer.from('half'));
    await output.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('names the path when the folder is missing, or the target is a folder', async () => {
    const missing = path.join(folder, 'none', 'report.pdf');
    await expect(OutputFile.create(missing)).rejects.toMatchObject({ code: 'write-failed', details: { path: missing } });
    const taken = path.join(folder, 'taken.pdf');
    await mkdir(taken);
    await expect(OutputFile.create(taken)).rejects.toMatchObject({ code: 'write-failed', details: { path: taken } });
  });
});

describe('writeError', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'write-failed'],
    ['EROFS', 'write-failed'],
    ['EIO', 'write-failed'],
  ])('%s → %s', (code, expected) => {
    expect(writeError('/x.pdf', Object.assign(new Error(code), { code }))).toMatchObject({ code: expected, details: { path: '/x.pdf' } });
  });
});
