import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Channel, ChannelInput, ChannelOutput } from '#shared/ipc/contract';
import type { JobEvent } from '#shared/jobs/types';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import { createApplication, type Application, type ApplicationOptions } from './application';
import { registerTrustedWindow, type CallSender } from './ipc/trusted-windows';
import { startFakeChild, type FakeChild } from './testing/fake-child';
import { fakeInference, type FakeInference } from './testing/fake-inference';
import { emptyDatabase, fakeProject, someCounts, type FakeDatabase } from './testing/fake-project';

const sender: CallSender = { webContentsId: 900, isMainFrame: true, url: 'railscope://app/index.html' };
registerTrustedWindow(Object.assign(new EventEmitter(), { id: sender.webContentsId }));

let folder: string;
let database: FakeDatabase;
let inference: FakeInference;
let children: { project: FakeChild[]; inference: FakeChild[] };
let told: { event: string; payload: unknown }[];
let application: Application;

async function setUp(change: Partial<ApplicationOptions> = {}): Promise<void> {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-application-'));
  database = emptyDatabase();
  children = { project: [], inference: [] };
  told = [];
  const demoImages = path.join(folder, 'models/demo/images');
  await mkdir(demoImages, { recursive: true });
  await writeFile(path.join(demoImages, 'a.jpg'), 'a');
  application = await createApplication({
    version: '1.2.3',
    electron: '33',
    userDataFolder: path.join(folder, 'user'),
    documentsFolder: path.join(folder, 'documents'),
    logFolder: path.join(folder, 'user/logs'),
    demoImages,
    openFolder: null,
    openDemo: false,
    dataFolder: null,
    log: { write: () => undefined },
    desktop: {
      chooseFolder: async () => '/chosen',
      chooseReportFile: async (suggested) => suggested,
      openFolder: async () => undefined,
      showFile: () => undefined,
    },
    vault: {
      isAvailable: () => true,
      encrypt: (text) => Buffer.from(text).reverse(),
      decrypt: (bytes) => Buffer.from(bytes).reverse().toString(),
    },
    startChild(name) {
      const child =
        name === 'project'
          ? startFakeChild<ProjectPort>(fakeProject(database))
          : startFakeChild<InferencePort>((inference = fakeInference(true)));
      children[name].push(child);
      return child;
    },
    deliver: (event, payload) => told.push({ event, payload }),
    checkEvents: true,
    makeReport: async (_, { onProgress }) => onProgress(1, 1),
    onSettings: () => undefined,
    ...change,
  });
}

async function call<C extends Channel>(channel: C, input: ChannelInput<C>): Promise<ChannelOutput<C>> {
  const result = await application.router(channel, sender, input);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value as ChannelOutput<C>;
}
const jobEvents = (): JobEvent[] => told.filter(({ event }) => event === 'job.changed').map(({ payload }) => payload as JobEvent);

beforeEach(() => setUp());

describe('the application', () => {
  it('takes a folder in and brings results out', async () => {
    await call('project.open', { folder: '/run' });
    const { jobId } = await call('jobs.startInspection', { modelId: 'm', device: 'auto', scope: 'missing', imageId: null });
    await vi.waitFor(() => expect(jobEvents().at(-1)?.state).toBe('done'));
    expect(database.results.map(({ imageId }) => imageId)).toEqual([1, 2, 3]);
    expect(await call('jobs.current', undefined)).toMatchObject([{ jobId, state: 'done' }]);
  });

  it('opens the folder of the command line, then the open project again after a reload', async () => {
    await setUp({ openFolder: '/first', dataFolder: '/data' });
    expect((await call('app.info', undefined)).openFolder).toBe('/first');
    await call('project.open', { folder: '/first' });
    expect(database.opened[0]).toMatchObject({ folder: '/first', dataFolder: '/data' });
    expect((await call('app.info', undefined)).openFolder).toBe('/first');
    application.setOpenFolder('/second');
    expect((await call('app.info', undefined)).openFolder).toBe('/second');
    await call('project.open', { folder: '/second' });
    await call('project.close', undefined);
    expect((await call('app.info', undefined)).openFolder).toBeNull();
  });

  it('makes the demo project from the built-in pictures', async () => {
    await setUp({ openDemo: true });
    const { demoFolder, openFolder } = await call('app.info', undefined);
    expect(openFolder).toBe(demoFolder);
    await call('project.open', { folder: demoFolder });
    expect(await readFile(path.join(demoFolder, 'a.jpg'), 'utf8')).toBe('a');
  });

  it('keeps working when the project process ends: same folder, same window', async () => {
    await call('project.open', { folder: '/run' });
    children.project[0]?.crash('exit code 9');
    expect(await call('project.info', undefined)).toMatchObject({ folder: '/run' });
    expect(database.opened).toHaveLength(2);
    expect(told).toContainEqual({
      event: 'notice',
      payload: {
        error: {
          code: 'process-gone',
          message: 'project process ended: exit code 9',
          details: { process: 'project', reason: 'exit code 9' },
        },
        severity: 'warning',
      },
    });
  });

  it('keeps working when the inference process ends', async () => {
    await call('project.open', { folder: '/run' });
    await call('models.list', undefined);
    children.inference[0]?.crash('signal 11');
    await call('jobs.startInspection', { modelId: 'm', device: 'auto', scope: 'missing', imageId: null });
    await vi.waitFor(() => expect(jobEvents().at(-1)?.state).toBe('done'));
    expect(children.inference).toHaveLength(2);
  });

  it('hands the server and its token to the inference process, and keeps the token to itself otherwise', async () => {
    const server = { url: 'https://cluster:8443', protocol: 'http', model: '', version: '', caFile: '' } as const;
    expect(await call('remote.token.set', { url: server.url, token: 'geheim' })).toEqual({ kind: 'stored', origin: server.url });
    const settings = await call('app.settings.set', { remoteServer: server, device: 'remote' });
    expect(JSON.stringify(settings)).not.toContain('geheim');
    await call('project.open', { folder: '/run' });
    await call('jobs.startInspection', { modelId: 'm', device: 'remote', scope: 'missing', imageId: null });
    await vi.waitFor(() => expect(jobEvents().at(-1)?.state).toBe('done'));
    expect(inference.opened).toMatchObject([{ device: 'remote', remote: { server, token: 'geheim' } }]);
    await call('devices.list', undefined);
    expect(await call('remote.test', { server, token: null, modelId: 'm' })).toMatchObject({ modelId: 'm' });
    expect(JSON.stringify(told)).not.toContain('geheim');
    // another server: the open session is closed, the token stays here
    await call('app.settings.set', { remoteServer: { ...server, url: 'https://other' } });
    await call('jobs.startInspection', { modelId: 'm', device: 'remote', scope: 'all', imageId: null });
    await vi.waitFor(() => expect(inference.opened).toHaveLength(2));
    expect(inference.opened[1]).toMatchObject({ remote: { token: null } });
    expect(inference.closed).toEqual([1]);
  });

  it('passes what the project process tells to the window', async () => {
    await call('project.open', { folder: '/run' });
    children.project[0]?.server.emit('project.counts', someCounts);
    children.project[0]?.server.emit('images.changed', { imageIds: [4], inference: null });
    await vi.waitFor(() => expect(told).toContainEqual({ event: 'project.counts', payload: someCounts }));
    await vi.waitFor(() => expect(told).toContainEqual({ event: 'images.changed', payload: { imageIds: [4], inference: null } }));
  });

  it('makes a report under a name of its own', async () => {
    await call('project.open', { folder: '/run' });
    const options = { locale: 'en', defects: 'all', includeCoverageList: true } as const;
    const started = await call('jobs.startReport', { options, outputPath: null });
    await vi.waitFor(() => expect(jobEvents().at(-1)?.state).toBe('done'));
    expect(jobEvents().at(-1)).toMatchObject({ jobId: started?.jobId, kind: 'report' });
    expect(jobEvents().at(-1)?.outputPath).toMatch(/documents\/run-\d{8}\.pdf$/);
    await call('app.reveal', { what: 'report' });
  });

  it('makes no report where the user chose no file, nor to a relative path', async () => {
    const desktop = {
      chooseFolder: async () => null,
      chooseReportFile: async () => null,
      openFolder: async () => undefined,
      showFile: () => undefined,
    };
    await setUp({ desktop });
    await call('project.open', { folder: '/run' });
    const options = { locale: 'en', defects: 'all', includeCoverageList: true } as const;
    expect(await call('jobs.startReport', { options, outputPath: null })).toBeNull();
    await expect(call('jobs.startReport', { options, outputPath: 'a.pdf' })).rejects.toThrow('bad-request');
  });

  it('starts no job without a project', async () => {
    const input = { modelId: 'm', device: 'auto', scope: 'missing', imageId: null } as const;
    await expect(call('jobs.startInspection', input)).rejects.toThrow('no-project');
  });

  it('does not mind buttons of a job that just ended, but of one that never was', async () => {
    await call('project.open', { folder: '/run' });
    const { jobId } = await call('jobs.startInspection', { modelId: 'm', device: 'auto', scope: 'missing', imageId: null });
    await vi.waitFor(() => expect(jobEvents().at(-1)?.state).toBe('done'));
    await call('jobs.cancel', { jobId });
    await call('jobs.pause', { jobId });
    await expect(call('jobs.resume', { jobId: 99 })).rejects.toThrow('bad-request');
  });

  it('remembers settings and tells who needs them', async () => {
    const onSettings = vi.fn();
    await setUp({ onSettings });
    await call('app.settings.set', { locale: 'en' });
    expect(onSettings).toHaveBeenCalledWith(expect.objectContaining({ locale: 'en' }));
    expect(await call('app.settings.get', undefined)).toMatchObject({ locale: 'en', device: 'auto' });
  });

  it('closes the project and ends both processes', async () => {
    application.warmUp();
    await call('project.open', { folder: '/run' });
    await application.shutDown();
    expect(database.closed).toBe(1);
    await expect(call('project.info', undefined)).rejects.toThrow('process-gone');
  });
});
