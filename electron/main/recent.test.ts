import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { MAXIMUM_RECENT_PROJECTS, openRecentProjects, type RecentEntry } from './recent';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-recent-'));
  file = path.join(folder, 'recent.json');
});

const entry = (name: string, images = 1): RecentEntry => ({ folder: name, name, line: '', images, reviewed: 0, openedAtMs: 1 });

describe('openRecentProjects', () => {
  it('lists the newest first and each folder once, with its latest figures', async () => {
    const recent = await openRecentProjects(file);
    await recent.remember(entry('/a', 1));
    await recent.remember(entry('/b'));
    await recent.remember(entry('/a', 7));
    const list = await (await openRecentProjects(file)).list();
    expect(list.map((known) => [known.folder, known.images])).toEqual([
      ['/a', 7],
      ['/b', 1],
    ]);
  });

  it('keeps a limited number', async () => {
    const recent = await openRecentProjects(file);
    for (let n = 0; n < MAXIMUM_RECENT_PROJECTS + 3; n++) await recent.remember(entry(`/${n}`));
    const list = await recent.list();
    expect(list).toHaveLength(MAXIMUM_RECENT_PROJECTS);
    expect(list.at(-1)?.folder).toBe('/3');
  });

  it('says whether the folder is there now', async () => {
    const recent = await openRecentProjects(file);
    await recent.remember(entry(folder));
    expect((await recent.list())[0]?.exists).toBe(true);
    await rm(folder, { recursive: true });
    expect((await recent.list())[0]?.exists).toBe(false);
  });
});
