import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { defaultAppSettings } from '#shared/domain/settings';
import { openSettings } from './settings';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-settings-'));
  file = path.join(folder, 'settings.json');
});

describe('openSettings', () => {
  it('starts with the defaults', async () => {
    expect((await openSettings(file)).get()).toEqual(defaultAppSettings);
  });

  it('remembers changes, and leaves no temporary file behind', async () => {
    const settings = await openSettings(file);
    await settings.set({ locale: 'en' });
    await settings.set({ inspector: '王工' });
    expect((await openSettings(file)).get()).toEqual({ ...defaultAppSettings, locale: 'en', inspector: '王工' });
    expect(await readdir(folder)).toEqual(['settings.json']);
  });

  it('writes changes made at once one after the other', async () => {
    const settings = await openSettings(file);
    await Promise.all([settings.set({ inspector: 'a' }), settings.set({ organisation: 'b' }), settings.set({ inspector: 'c' })]);
    expect((await openSettings(file)).get()).toMatchObject({ inspector: 'c', organisation: 'b' });
  });

  it('keeps a damaged file aside and uses the defaults', async () => {
    await writeFile(file, '{"locale": "en"');
    expect((await openSettings(file)).get()).toEqual(defaultAppSettings);
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe('{"locale": "en"');
  });

  it('does not take values of the wrong kind', async () => {
    await writeFile(file, JSON.stringify({ locale: 'fr' }));
    expect((await openSettings(file)).get()).toEqual(defaultAppSettings);
  });

  it('fills in settings that an older version did not have', async () => {
    await writeFile(file, JSON.stringify({ locale: 'en' }));
    expect((await openSettings(file)).get()).toEqual({ ...defaultAppSettings, locale: 'en' });
  });
});
