import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engine, infer, listImages, openFixture, picture, resultOf, type Fixture } from './testing/fixture';

let fixture: Fixture;
let ids: number[];
const create = (scope: 'missing' | 'all' | 'one', imageId: number | null = null) =>
  fixture.service.createInspectionJob({ modelId: 'm', device: 'auto', scope, imageId });
const next = async (jobId: number, limit: number, exclude: number[] = [], first: number | null = null) =>
  (await fixture.service.nextJobItems({ jobId, limit, exclude, first })).map((item) => item.imageId);
const states = async () => (await listImages(fixture.service)).map((image) => image.inference);

async function finish(jobId: number, imageId: number): Promise<void> {
  const item = { imageId, path: '', region: { mode: 'auto', box: null }, probabilityPath: '' } as const;
  await fixture.service.storeResult(resultOf(jobId, item, await fixture.service['editor.load']({ imageId })));
}

beforeEach(async () => {
  fixture = await openFixture({
    '10.png': await picture(1),
    '2.png': await picture(2),
    '1.png': await picture(3),
    'd/1.png': await picture(4),
  });
  ids = (await listImages(fixture.service)).map((image) => image.id);
});
afterEach(() => fixture.dispose());

describe('inspection jobs', () => {
  it('hand out pictures in list order, none twice, the wanted one first', async () => {
    const { jobId, total, state } = await create('missing');
    expect({ total, state }).toEqual({ total: 4, state: 'queued' });
    expect(await next(jobId, 2)).toEqual(ids.slice(0, 2));
    expect(await next(jobId, 9, ids.slice(0, 2))).toEqual(ids.slice(2));
    expect(await next(jobId, 2, ids.slice(0, 1), ids[3])).toEqual([ids[3], ids[1]]);
    expect(await next(jobId, 1, [], 999)).toEqual([ids[0]]);
    await finish(jobId, ids[0] ?? 0);
    expect(await next(jobId, 1, [], ids[0])).toEqual([ids[1]]);
  });

  it('say where each picture is and what region is set', async () => {
    const { jobId } = await create('all');
    const region = { mode: 'manual', box: { x: 1, y: 2, width: 3, height: 4 } } as const;
    await fixture.service.setRegion({ imageId: ids[3] ?? 0, region });
    const items = await fixture.service.nextJobItems({ jobId, limit: 4, exclude: [], first: null });
    expect(items[3]).toMatchObject({ path: path.join(fixture.folder, 'd', '1.png'), region });
    expect(items[0]).toMatchObject({ region: { mode: 'auto', box: null } });
    expect(path.dirname(items[0]?.probabilityPath ?? '')).toBe(path.join(fixture.info.dataFolder, 'probability'));
    expect(new Set(items.map((item) => item.probabilityPath)).size).toBe(4);
  });

  it('show in the list what waits and what runs', async () => {
    const { jobId } = await create('all');
    await next(jobId, 1);
    expect(await states()).toEqual(['running', 'queued', 'queued', 'queued']);
    await finish(jobId, ids[0] ?? 0);
    expect(await states()).toEqual(['done', 'queued', 'queued', 'queued']);
    await next(jobId, 1);
    await fixture.service.setJobState({ jobId, state: 'paused', engine: null });
    expect(await states()).toEqual(['done', 'queued', 'queued', 'queued']);
    await fixture.service.setJobState({ jobId, state: 'cancelled', engine: null });
    expect(await states()).toEqual(['done', 'none', 'none', 'none']);
    expect(await fixture.service.unfinishedJob(undefined)).toBeNull();
  });

  it('go on after a restart at the first unfinished picture', async () => {
    const { jobId } = await create('missing');
    await fixture.service.setJobState({ jobId, state: 'running', engine });
    await next(jobId, 3);
    await finish(jobId, ids[0] ?? 0);
    await fixture.service.storeFailure({ jobId, imageId: ids[1] ?? 0, error: { code: 'inference-crashed', message: '', details: {} } });
    await fixture.reopen();
    expect(await fixture.service.unfinishedJob(undefined)).toEqual({
      jobId,
      state: 'running',
      modelId: 'm',
      device: 'auto',
      total: 4,
      done: 1,
      failed: 1,
    });
    expect(await states()).toEqual(['done', 'failed', 'queued', 'queued']);
    expect(await next(jobId, 9)).toEqual(ids.slice(2));
  });

  it('are finished when nothing is left to do, whatever was written last', async () => {
    const { jobId } = await create('one', ids[0]);
    await fixture.service.setJobState({ jobId, state: 'running', engine });
    await finish(jobId, ids[0] ?? 0);
    await fixture.reopen();
    expect(await fixture.service.unfinishedJob(undefined)).toBeNull();
  });

  it('for the folder go on before one for a single picture, which then waits for nobody', async () => {
    const folderJob = await create('missing');
    const single = await create('one', ids[3]);
    expect((await fixture.service.unfinishedJob(undefined))?.jobId).toBe(folderJob.jobId);
    await fixture.reopen();
    await fixture.service.setJobState({ jobId: folderJob.jobId, state: 'cancelled', engine: null });
    expect(await states()).toEqual(['none', 'none', 'none', 'none']);
    expect(await fixture.service.unfinishedJob(undefined)).toBeNull();
    expect(single.jobId).toBeGreaterThan(folderJob.jobId);
  });

  it('choose pictures by scope', async () => {
    await infer(fixture.service, ids[0] ?? 0);
    const failing = await create('one', ids[1]);
    await fixture.service.storeFailure({
      jobId: failing.jobId,
      imageId: ids[1] ?? 0,
      error: { code: 'inference-failed', message: '', details: {} },
    });
    expect(await next((await create('missing')).jobId, 9)).toEqual(ids.slice(2));
    expect((await create('all')).total).toBe(4);
    expect(await next((await create('one', ids[1])).jobId, 9)).toEqual([ids[1]]);
  });

  it('still hand out a picture whose file was deleted, so that its failure is reported', async () => {
    await rm(path.join(fixture.folder, '2.png'));
    await fixture.reopen();
    const { jobId } = await create('missing');
    expect(await next(jobId, 9)).toEqual(ids);
    const error = { code: 'image-missing', message: '', details: {} } as const;
    await fixture.service.storeFailure({ jobId, imageId: ids[1] ?? 0, error });
    expect(await next(jobId, 9)).toEqual(ids.filter((id) => id !== ids[1]));
  });

  it('take the place of one that was cut off, unless they are for one picture', async () => {
    const first = await create('missing');
    const single = await create('one', ids[0]);
    await fixture.service.setJobState({ jobId: single.jobId, state: 'cancelled', engine: null });
    expect((await fixture.service.unfinishedJob(undefined))?.jobId).toBe(first.jobId);
    const second = await create('all');
    await fixture.service.setJobState({ jobId: second.jobId, state: 'done', engine });
    expect(await fixture.service.unfinishedJob(undefined)).toBeNull();
  });

  it('must exist', async () => {
    await expect(fixture.service.setJobState({ jobId: 99, state: 'done', engine })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(create('one', 999)).rejects.toMatchObject({ code: 'bad-request' });
  });
});
