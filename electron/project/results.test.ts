import { access, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inferenceSummarySchema, type ImageDocument } from '#shared/domain/editor';
import { detectionsPath } from '#shared/kept-files';
import type { JobItem, StoreResultInput } from '#shared/ports/project';
import {
  edit,
  engine,
  firstImage,
  foundInstance,
  humanDefect,
  infer,
  openFixture,
  picture,
  resultOf,
  summary,
  tileWith,
  type Fixture,
} from './testing/fixture';

let fixture: Fixture;
let imageId: number;
const load = (): Promise<ImageDocument> => fixture.service['editor.load']({ imageId });
const other: Partial<StoreResultInput> = { instances: [{ ...foundInstance, label: 2, areaPx: 60 }], tiles: [tileWith(2, 20, 30, 10, 6)] };
const proposed = { ...foundInstance, grade: 'unset', decision: 'unreviewed', note: '', origin: 'model' };

beforeEach(async () => {
  fixture = await openFixture({ 'a.png': await picture(1), 'b.png': await picture(2) });
  imageId = (await firstImage(fixture.service)).id;
});
afterEach(() => fixture.dispose());

async function nextItem(): Promise<{ jobId: number; item: JobItem }> {
  const { jobId } = await fixture.service.createInspectionJob({ modelId: 'm', device: 'cpu', scope: 'one', imageId });
  const [item] = await fixture.service.nextJobItems({ jobId, limit: 1, exclude: [], first: null });
  if (!item) throw new Error('no item');
  return { jobId, item };
}

describe('storeResult', () => {
  it('gives both layers to a picture that nobody has reviewed', async () => {
    const document = await infer(fixture.service, imageId);
    const layer = { tiles: [tileWith(1, 20, 30, 10, 5)], defects: [proposed] };
    expect(document).toMatchObject({
      image: { inference: 'done', defectCount: 1, reviewStatus: 'unreviewed', error: null },
      revision: 1,
      threshold: 0.5,
      region: { mode: 'auto', box: { width: 100 } },
      inference: summary(),
      model: layer,
      review: layer,
    });
    await fixture.reopen();
    expect(await load()).toMatchObject({ model: layer, review: layer });
  });

  it('replaces a review that nobody touched, and makes an edit of the old one stale', async () => {
    const before = await infer(fixture.service, imageId);
    const after = await infer(fixture.service, imageId, other);
    expect(after.review.defects.map((defect) => defect.label)).toEqual([2]);
    expect(after.review).toEqual(after.model);
    await expect(fixture.service['editor.commit'](edit(before))).rejects.toMatchObject({ code: 'stale-revision' });
  });

  it.each([
    [
      'an edit',
      (document: ImageDocument) =>
        fixture.service['editor.commit'](edit(document, { defects: [humanDefect], tiles: [tileWith(7, 1, 1, 4, 4)] })),
    ],
    [
      'an edit whose status was put back',
      (document: ImageDocument) => fixture.service['editor.commit'](edit(document, { removedLabels: [1], reviewStatus: 'unreviewed' })),
    ],
    ['a rejection', () => fixture.service['images.setStatus']({ imageId, status: 'rejected' })],
    ['an acceptance', () => fixture.service['images.setStatus']({ imageId, status: 'accepted' })],
  ])('never touches human work: %s', async (_, work) => {
    await work(await infer(fixture.service, imageId));
    const before = await load();
    const after = await infer(fixture.service, imageId, other);
    expect(after.review).toEqual(before.review);
    expect(after).toMatchObject({
      revision: before.revision,
      threshold: before.threshold,
      image: { reviewStatus: before.image.reviewStatus },
    });
    expect(after.model?.defects.map((defect) => defect.label)).toEqual([2]);
    expect(after.image.defectCount).toBe(before.image.defectCount);
  });

  it('reports a kept defect with the area and engine of the run it came from', async () => {
    await infer(fixture.service, imageId);
    await fixture.service['images.setStatus']({ imageId, status: 'accepted' });
    const newer = { ...engine, modelId: 'newer' };
    await infer(fixture.service, imageId, { instances: [{ ...foundInstance, areaPx: 999 }], summary: summary({ engine: newer }) });
    const report = await fixture.service['report.data']({ options: { locale: 'en', defects: 'accepted', includeCoverageList: false } });
    expect(report.defects).toMatchObject([{ label: 1, modelAreaPx: 50, engine }]);
    expect(report.engines).toEqual(expect.arrayContaining([engine, newer]));
  });

  it('keeps the result with the content it was computed on', async () => {
    const { jobId, item } = await nextItem();
    const document = await load();
    const contentHash = 'c'.repeat(64);
    await fixture.service.storeResult(resultOf(jobId, item, document, { contentHash }));
    await expect(fixture.service['editor.commit'](edit(document))).rejects.toMatchObject({ code: 'image-changed' });
  });

  it('keeps one probability map a picture, that of the result', async () => {
    const box = { x: 0, y: 0, width: 100, height: 280 };
    const run = async (): Promise<string> => {
      const { jobId, item } = await nextItem();
      await writeFile(item.probabilityPath, 'map');
      await writeFile(detectionsPath(item.probabilityPath), 'instances');
      await fixture.service.storeResult(resultOf(jobId, item, await load(), { summary: summary({ probabilityBox: box }) }));
      return item.probabilityPath;
    };
    expect(await fixture.service.probabilityFile({ imageId })).toBeNull();
    const first = await run();
    expect(await fixture.service.probabilityFile({ imageId })).toMatchObject({
      path: first,
      summary: { probabilityBox: box },
      header: { width: 300 },
    });
    const second = await run();
    expect(second).not.toBe(first);
    expect(await fixture.service.probabilityFile({ imageId })).toMatchObject({ path: second });
    for (const file of [second, detectionsPath(second)]) await access(file);
    for (const file of [first, detectionsPath(first)]) await expect(access(file)).rejects.toThrow('ENOENT');
  });

  it('says whether a result is one of instances; results from before there were such ones are of probabilities', async () => {
    const { jobId, item } = await nextItem();
    await fixture.service.storeResult(resultOf(jobId, item, await load(), { summary: summary({ kind: 'instances' }) }));
    expect((await load()).inference?.kind).toBe('instances');
    expect(inferenceSummarySchema.parse({ ...summary({}), kind: undefined }).kind).toBe('probability');
  });

  it('refuses a picture that is no part of the job', async () => {
    const { jobId, item } = await nextItem();
    const input = resultOf(jobId, { ...item, imageId: imageId + 1 }, await load());
    await expect(fixture.service.storeResult(input)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('storeFailure', () => {
  it('marks a picture whose file is at fault', async () => {
    const { jobId } = await nextItem();
    const error = { code: 'image-truncated', message: 'ends early', details: { path: '/a.png' } } as const;
    await fixture.service.storeFailure({ jobId, imageId, error });
    expect(await firstImage(fixture.service)).toMatchObject({ inference: 'failed', error });
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ unreadable: 1, inferred: 0 });
    await fixture.reopen();
    expect(await firstImage(fixture.service)).toMatchObject({ error });
  });

  it('does not call a picture unreadable because a process failed, but tells the report', async () => {
    const { jobId } = await nextItem();
    const error = { code: 'inference-crashed', message: 'signal SIGKILL', details: {} } as const;
    await fixture.service.storeFailure({ jobId, imageId, error });
    expect(await firstImage(fixture.service)).toMatchObject({ inference: 'failed', error: null });
    const { coverage } = await fixture.service['report.data']({ options: { locale: 'en', defects: 'all', includeCoverageList: true } });
    expect(coverage[0]).toMatchObject({ inferred: false, error });
  });

  it('keeps an earlier result', async () => {
    await infer(fixture.service, imageId);
    const { jobId } = await nextItem();
    await fixture.service.storeFailure({ jobId, imageId, error: { code: 'inference-timeout', message: '', details: {} } });
    expect(await load()).toMatchObject({ image: { inference: 'done', defectCount: 1 }, model: { defects: [proposed] } });
  });

  it('is over when a later run succeeds', async () => {
    const { jobId } = await nextItem();
    await fixture.service.storeFailure({ jobId, imageId, error: { code: 'image-corrupt', message: '', details: {} } });
    expect((await infer(fixture.service, imageId)).image).toMatchObject({ inference: 'done', error: null });
  });
});
