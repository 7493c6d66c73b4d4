import { afterEach, describe, expect, it } from 'vitest';
import { reportDataSchema, type ReportOptions } from '#shared/domain/report';
import {
  edit,
  engine,
  foundInstance,
  humanDefect,
  infer,
  listImages,
  openFixture,
  picture,
  summary,
  until,
  type Fixture,
} from './testing/fixture';

let fixture: Fixture;
afterEach(() => fixture.dispose());

describe('report.data', () => {
  it('holds what the options ask for, in list order, with the counts of the window', async () => {
    fixture = await openFixture({
      '10.png': await picture(1),
      '2.png': await picture(2),
      '3.png': await picture(3),
      'x.jpg': 'no picture',
    });
    const read = (defects: ReportOptions['defects']) =>
      fixture.service['report.data']({ options: { locale: 'zh-CN', defects, includeCoverageList: true } });
    const images = await listImages(fixture.service);
    const [two, three, ten] = images.map((image) => image.id);
    await until(async () => ((await listImages(fixture.service)).at(-1)?.error ? true : null));
    const document = await infer(fixture.service, ten ?? 0, {
      summary: summary({ timings: { decode: 0, preprocess: 0, run: 0, postprocess: 0, total: 4000 } }),
    });
    await infer(fixture.service, two ?? 0, { instances: [foundInstance, { ...foundInstance, label: 2, score: 0.6 }] });
    const drawn = { ...humanDefect, note: '复核', decision: 'accepted' } as const;
    const rejected = { ...document.review.defects[0], decision: 'rejected' } as (typeof document.review.defects)[number];
    await fixture.service['editor.commit'](edit(document, { defects: [drawn, rejected] }));
    await fixture.service['images.setStatus']({ imageId: three ?? 0, status: 'rejected' });

    const all = await read('all');
    expect(() => reportDataSchema.parse(all)).not.toThrow();
    expect(all.defects.map((defect) => `${defect.relativePath}#${defect.label}`)).toEqual(['2.png#1', '2.png#2', '10.png#1', '10.png#7']);
    expect(all.defects[3]).toMatchObject({ ...drawn, imageId: ten, imageWidth: 300, imageHeight: 280, modelAreaPx: null, engine: null });
    expect(all.defects[0]).toMatchObject({ modelAreaPx: 50, engine });
    expect((await read('not-rejected')).defects.map((defect) => defect.label)).toEqual([1, 2, 7]);
    expect((await read('accepted')).defects.map((defect) => defect.label)).toEqual([7]);
    expect(all).toMatchObject({
      projectName: 'pictures',
      folder: fixture.folder,
      appVersion: '9.9.9',
      counts: { images: 4, inferred: 2, reviewed: 1, unreadable: 1, withDefects: 2 },
      engines: [engine],
      meanSecondsPerImage: 3,
    });
    expect(all.coverage).toMatchObject([
      { relativePath: '2.png', inferred: true, defects: 2, error: null },
      { relativePath: '3.png', inferred: false, reviewStatus: 'rejected', defects: 0, error: null },
      { relativePath: '10.png', inferred: true, reviewStatus: 'in-progress', defects: 1 },
      { relativePath: 'x.jpg', inferred: false, error: { code: expect.stringMatching(/^image-/) as unknown } },
    ]);
  });

  it('is empty for a folder without results', async () => {
    fixture = await openFixture({ 'a.png': await picture() });
    const report = await fixture.service['report.data']({ options: { locale: 'en', defects: 'all', includeCoverageList: false } });
    expect(report).toMatchObject({ defects: [], engines: [], meanSecondsPerImage: null, coverage: [{ relativePath: 'a.png' }] });
  });
});
