import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseDataFolder, probeWritable, type WriteProbe } from './location';

let root: string;
let folder: string;
let userDataFolder: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'railscope-location-'));
  folder = path.join(root, '线路 1');
  userDataFolder = path.join(root, 'user');
  await mkdir(folder);
});

afterEach(() => rm(root, { recursive: true }));

/** As on a medium that cannot be written; root ignores permission bits, so that the disk is played. */
const nothingBeside: WriteProbe = async (target) => {
  if (!target.startsWith(folder)) return probeWritable(target);
  return { code: 'write-failed', message: 'EROFS: read-only file system', details: {} };
};

async function putDatabase(target: string, content: string, changedS: number): Promise<void> {
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, 'project.db'), content);
  await utimes(path.join(target, 'project.db'), changedS, changedS);
}

describe('chooseDataFolder', () => {
  it('puts the data beside the pictures where it can', async () => {
    const location = await chooseDataFolder({ folder, userDataFolder, dataFolder: null });
    expect(location).toEqual({ dataFolder: path.join(folder, '.railscope'), notice: null });
    expect((await stat(location.dataFolder)).isDirectory()).toBe(true);
  });

  it('takes the user’s data folder for a read-only folder, and says so', async () => {
    const { dataFolder, notice } = await chooseDataFolder({ folder, userDataFolder, dataFolder: null }, nothingBeside);
    expect(path.dirname(dataFolder)).toBe(path.join(userDataFolder, 'projects'));
    expect(path.basename(dataFolder)).toMatch(/^线路-1-[0-9a-f]{16}$/);
    expect(notice).toMatchObject({ code: 'write-failed', details: { path: path.join(folder, '.railscope'), dataFolder } });
  });

  it('does so too where something else has the name of the data folder', async () => {
    await writeFile(path.join(folder, '.railscope'), 'a file');
    const { dataFolder, notice } = await chooseDataFolder({ folder, userDataFolder, dataFolder: null });
    expect(dataFolder.startsWith(userDataFolder)).toBe(true);
    expect(notice?.code).toBe('write-failed');
  });

  it('keeps folders of the same name apart', async () => {
    const other = path.join(root, 'other', '线路 1');
    const one = await chooseDataFolder({ folder, userDataFolder, dataFolder: null }, nothingBeside);
    const two = await chooseDataFolder({ folder: other, userDataFolder, dataFolder: null }, async (target) =>
      target.startsWith(other) ? { code: 'write-failed', message: 'x', details: {} } : null,
    );
    expect(one.dataFolder).not.toBe(two.dataFolder);
  });

  it('takes along the work that lies beside pictures that cannot be written', async () => {
    await putDatabase(path.join(folder, '.railscope'), 'earlier work', 1000);
    const { dataFolder } = await chooseDataFolder({ folder, userDataFolder, dataFolder: null }, nothingBeside);
    expect(await readFile(path.join(dataFolder, 'project.db'), 'utf8')).toBe('earlier work');
  });

  it('stays with the newer database when the folder becomes writable', async () => {
    const elsewhere = await chooseDataFolder({ folder, userDataFolder, dataFolder: null }, nothingBeside);
    await putDatabase(elsewhere.dataFolder, 'newer', 2000);
    await putDatabase(path.join(folder, '.railscope'), 'older', 1000);
    const again = await chooseDataFolder({ folder, userDataFolder, dataFolder: null });
    expect(again.dataFolder).toBe(elsewhere.dataFolder);
    expect(again.notice).not.toBeNull();
    expect(await readFile(path.join(again.dataFolder, 'project.db'), 'utf8')).toBe('newer');
  });

  it('does not start elsewhere because a disk with a project on it is full', async () => {
    await putDatabase(path.join(folder, '.railscope'), 'work', 1000);
    const full: WriteProbe = async () => ({ code: 'disk-full', message: 'ENOSPC', details: {} });
    await expect(chooseDataFolder({ folder, userDataFolder, dataFolder: null }, full)).rejects.toMatchObject({ code: 'disk-full' });
  });

  it('uses the folder that the caller names, or fails', async () => {
    const named = path.join(root, 'named');
    expect(await chooseDataFolder({ folder, userDataFolder, dataFolder: named })).toEqual({ dataFolder: named, notice: null });
    await writeFile(path.join(root, 'file'), '');
    const fault = { code: 'write-failed', details: { path: path.join(root, 'file') } };
    await expect(chooseDataFolder({ folder, userDataFolder, dataFolder: path.join(root, 'file') })).rejects.toMatchObject(fault);
  });
});
