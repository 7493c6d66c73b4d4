import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ProjectPort } from '#shared/ports/project';
import { createProjectSession, requireProject, type ProjectSession, type ProjectSessionOptions } from './project-session';
import { openRecentProjects, type RecentProjects } from './recent';
import { emptyDatabase, fakeProject, someCounts, type FakeDatabase } from './testing/fake-project';

let database: FakeDatabase;
let recent: RecentProjects;
let hooks: { prepareDemo: () => Promise<void>; onOpened: () => Promise<void>; onClosing: () => Promise<void>; onFailure: () => void };
let session: ProjectSession;

async function setUp(change: Partial<ProjectPort> = {}, options: Partial<ProjectSessionOptions> = {}): Promise<void> {
  database = emptyDatabase();
  recent = await openRecentProjects(path.join(await mkdtemp(path.join(tmpdir(), 'railscope-session-')), 'recent.json'));
  hooks = {
    prepareDemo: vi.fn(async () => undefined),
    onOpened: vi.fn(async () => undefined),
    onClosing: vi.fn(async () => undefined),
    onFailure: vi.fn(),
  };
  session = createProjectSession({
    project: fakeProject(database, change),
    recent,
    userDataFolder: '/user',
    appVersion: '1.0',
    demoFolder: '/user/demo',
    dataFolderOf: (folder) => (folder === '/given' ? '/data' : null),
    ...hooks,
    ...options,
  });
}

beforeEach(() => setUp());

describe('createProjectSession', () => {
  it('opens a folder and remembers it', async () => {
    expect(await session.open('/run')).toMatchObject({ folder: '/run' });
    expect(database.opened).toEqual([{ folder: '/run', userDataFolder: '/user', dataFolder: null, appVersion: '1.0' }]);
    expect(session.current()?.folder).toBe('/run');
    expect(hooks.onOpened).toHaveBeenCalledTimes(1);
    expect(await recent.list()).toMatchObject([{ folder: '/run', line: '京沪线', images: 0 }]);
  });

  it('closes the old project before it opens another', async () => {
    await session.open('/a');
    await session.open('/b');
    expect(database.closed).toBe(1);
    expect(hooks.onClosing).toHaveBeenCalledTimes(1);
    expect(session.current()?.folder).toBe('/b');
  });

  it('answers the same folder again without disturbing it', async () => {
    await session.open('/a');
    expect(await session.open('/a')).toMatchObject({ folder: '/a' });
    expect(database.opened).toHaveLength(1);
    expect(database.closed).toBe(0);
  });

  it('never opens two at once', async () => {
    await Promise.all([session.open('/a'), session.open('/b'), session.close()]);
    expect(database.opened.map(({ folder }) => folder)).toEqual(['/a', '/b']);
    expect(database.closed).toBe(2);
    expect(session.current()).toBeNull();
  });

  it('has no project after opening failed, and works on', async () => {
    await setUp({ open: () => Promise.reject(new RailscopeError('folder-missing', 'no', { path: '/x' })) });
    await expect(session.open('/x')).rejects.toMatchObject({ code: 'folder-missing' });
    expect(session.current()).toBeNull();
    expect(await recent.list()).toEqual([]);
    expect(() => requireProject(session)).toThrow(expect.objectContaining({ code: 'no-project' }));
  });

  it('makes the demo folder before opening it, and does not list it', async () => {
    await session.openDemo();
    expect(hooks.prepareDemo).toHaveBeenCalledTimes(1);
    await session.close();
    expect(await recent.list()).toEqual([]);
  });

  it('keeps the database where the command line said', async () => {
    await session.open('/given');
    expect(database.opened[0]?.dataFolder).toBe('/data');
  });

  it('lists the figures of the last look at a project', async () => {
    await session.open('/a');
    session.noteCounts({ ...someCounts, images: 1, scanning: true });
    session.noteCounts(someCounts);
    await vi.waitFor(async () => expect(await recent.list()).toMatchObject([{ images: 3, reviewed: 2 }]));
    session.noteCounts({ ...someCounts, reviewed: 3 });
    await session.close();
    expect(await recent.list()).toMatchObject([{ images: 3, reviewed: 3 }]);
  });

  it('opens the same folder in a new project process', async () => {
    await session.open('/a');
    const fresh = emptyDatabase();
    await session.reopen(fakeProject(fresh));
    expect(fresh.opened).toEqual(database.opened);
  });

  it('tells of a folder that cannot be opened again', async () => {
    await session.open('/a');
    await session.reopen(fakeProject(database, { open: () => Promise.reject(new RailscopeError('folder-missing', 'gone')) }));
    expect(hooks.onFailure).toHaveBeenCalledWith('opening the project again', expect.objectContaining({ code: 'folder-missing' }));
  });

  it('does not fail when the list cannot be written', async () => {
    await setUp({}, { recent: { list: async () => [], remember: () => Promise.reject(new Error('disk')) } });
    expect(await session.open('/a')).toMatchObject({ folder: '/a' });
    expect(hooks.onFailure).toHaveBeenCalled();
  });
});
