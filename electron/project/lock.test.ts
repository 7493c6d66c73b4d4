import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from './lock';
import { edit, firstImage, humanDefect, openFixture, picture, until, type Fixture } from './testing/fixture';

describe('acquireLock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is held by one at a time', () => {
    const first = acquireLock(folder);
    expect(first).not.toBeNull();
    expect(acquireLock(folder)).toBeNull();
    expect(acquireLock(folder)).toBeNull();
    first?.release();
    const second = acquireLock(folder);
    expect(second).not.toBeNull();
    second?.release();
  });

  it('fails where there is no folder to lock', () => {
    expect(() => acquireLock(path.join(folder, 'missing'))).toThrow(expect.objectContaining({ code: 'write-failed' }));
  });
});

describe('two windows on one folder', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await openFixture({ 'a.png': await picture() });
  });
  afterEach(() => fixture.dispose());

  it('opens the second read-only, with a notice', async () => {
    const second = await fixture.openAnother();
    expect(fixture.info).toMatchObject({ readOnly: false, notices: [] });
    expect(second.info).toMatchObject({ readOnly: true, notices: [{ code: 'project-read-only' }] });
    expect(second.info.dataFolder).toBe(fixture.info.dataFolder);
  });

  it('shows the second what the first saves, and lets it save nothing', async () => {
    const second = await fixture.openAnother();
    const { id } = await firstImage(fixture.service);
    const document = await fixture.service['editor.load']({ imageId: id });
    await fixture.service['editor.commit'](edit(document, { defects: [humanDefect] }));
    const seen = await second.service['editor.load']({ imageId: id });
    expect(seen).toMatchObject({ revision: 1, review: { defects: [humanDefect] } });
    const told = await until(async () => second.events.find(({ event }) => event === 'images.changed') ?? null);
    expect(told.payload).toMatchObject({ imageIds: [id] });

    const refused = { code: 'project-read-only' };
    await expect(second.service['editor.commit'](edit(seen))).rejects.toMatchObject(refused);
    await expect(second.service['images.setStatus']({ imageId: id, status: 'accepted' })).rejects.toMatchObject(refused);
    await expect(second.service.setRegion({ imageId: id, region: { mode: 'full', box: null } })).rejects.toMatchObject(refused);
    const job = { modelId: 'm', device: 'cpu', scope: 'all', imageId: null } as const;
    await expect(second.service.createInspectionJob(job)).rejects.toMatchObject(refused);
    expect(await second.service.unfinishedJob(undefined)).toBeNull();
  });

  it('loads a picture in the second whose hash the database does not know', async () => {
    const second = await fixture.openAnother();
    const { id } = await firstImage(second.service);
    const document = await second.service['editor.load']({ imageId: id });
    expect(document.contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(document.image.header).toMatchObject({ format: 'png' });
  });

  it('opens for writing once the first is closed', async () => {
    const second = await fixture.openAnother();
    await second.service.close(undefined);
    await fixture.service.close(undefined);
    expect(await second.service.open(second.openInput)).toMatchObject({ readOnly: false, notices: [] });
  });

  it('keeps the open project when another folder cannot be opened', async () => {
    const input = { ...fixture.openInput, folder: path.join(fixture.folder, 'missing') };
    await expect(fixture.service.open(input)).rejects.toMatchObject({ code: 'folder-missing', details: { path: input.folder } });
    const file = { ...fixture.openInput, folder: path.join(fixture.folder, 'a.png') };
    await expect(fixture.service.open(file)).rejects.toMatchObject({ code: 'folder-unreadable' });
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ images: 1 });
  });
});
