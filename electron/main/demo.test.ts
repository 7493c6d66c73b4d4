import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareDemoFolder } from './demo';

let source: string;
let target: string;

beforeEach(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'railscope-demo-'));
  source = path.join(folder, 'images');
  target = path.join(folder, 'user/demo');
  await mkdir(source);
  await writeFile(path.join(source, 'a.jpg'), 'a');
});

describe('prepareDemoFolder', () => {
  it('copies the pictures once and leaves the user’s copy alone afterwards', async () => {
    await prepareDemoFolder(source, target);
    await writeFile(path.join(target, 'a.jpg'), 'changed');
    await prepareDemoFolder(source, target);
    expect(await readFile(path.join(target, 'a.jpg'), 'utf8')).toBe('changed');
    expect(await readdir(path.dirname(target))).toEqual(['demo']);
  });

  it('says where the pictures should be', async () => {
    const missing = path.join(source, 'nothing');
    await expect(prepareDemoFolder(missing, target)).rejects.toMatchObject({ code: 'folder-missing', details: { path: missing } });
  });
});
