import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProfileEntry } from '#shared/domain/machine-profile';
import { profileFile } from '../user-files';
import { ProfileStore } from './profile-store';

const entry: Omit<ProfileEntry, 'runtime' | 'measuredAt'> = {
  ...{ modelId: 'm', modelSha256: 'a'.repeat(64), backend: 'ort-cpu', device: 'CPU', precision: 'fp32' },
  ...{ threads: 2, batch: 4, tilesPerSecond: 9 },
};
const manifest = { id: 'm', weights: [{ precision: 'fp32' as const, file: 'm.onnx', sha256: 'a'.repeat(64) }] };

describe('ProfileStore', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-profile-'));
    file = path.join(folder, 'deep/machine-profile.json');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps one setting per model and finds it again', async () => {
    const store = new ProfileStore(file, '1.29');
    expect(await store.best(manifest)).toBeNull();
    expect(await store.save(entry)).toBe(file);
    await store.save({ ...entry, batch: 8 });
    await store.save({ ...entry, modelId: 'other' });
    expect(await new ProfileStore(file, '1.29').entries()).toHaveLength(2);
    expect(await store.best(manifest)).toMatchObject({ batch: 8, runtime: '1.29' });
  });

  it('does not use what was measured with other weights, another runtime, or on another machine', async () => {
    await new ProfileStore(file, '1.29').save(entry);
    const changed = { ...manifest, weights: [{ precision: 'fp32' as const, file: 'm.onnx', sha256: 'b'.repeat(64) }] };
    expect(await new ProfileStore(file, '1.29').best(changed)).toBeNull();
    expect(await new ProfileStore(file, '1.30').best(manifest)).toBeNull();
    expect(await new ProfileStore(file, '1.29', 'another machine').best(manifest)).toBeNull();
  });

  it('takes a damaged file for none and writes it anew', async () => {
    const store = new ProfileStore(file, '1.29');
    await store.save(entry);
    await writeFile(file, '{"version": 1, "entries"');
    expect(await store.best(manifest)).toBeNull();
    await store.save(entry);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1 });
  });

  it('says which file it cannot write', async () => {
    await writeFile(path.join(folder, 'file'), '');
    const blocked = path.join(folder, 'file/machine-profile.json');
    await expect(new ProfileStore(blocked, '1').save(entry)).rejects.toMatchObject({ code: 'write-failed', details: { path: blocked } });
  });
});

describe('profileFile', () => {
  it('is in the application data folder unless named', () => {
    expect(profileFile({ RAILSCOPE_PROFILE: '/x/p.json' }, 'linux')).toBe('/x/p.json');
    expect(profileFile({ XDG_CONFIG_HOME: '/c' }, 'linux')).toBe(path.join('/c', 'RailScope', 'machine-profile.json'));
    expect(profileFile({ APPDATA: '/r' }, 'win32')).toBe(path.join('/r', 'RailScope', 'machine-profile.json'));
  });
});
