import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewStatuses, type ReviewStatus } from '#shared/domain/image';
import type { ImageFilter } from '#shared/ipc/contract';
import type { Database } from '../database/database';
import { openForWriting } from '../database/open';
import { allImages } from '../testing/fixture';
import { readCounts } from './counts';
import { defectPage } from './defects';
import { imageIndex, imagePage } from './images';
import { pathSearchKey, pathSortKey } from './sort-key';

const IMAGES = 20_000;

interface Model {
  path: string;
  status: ReviewStatus;
  inferred: boolean;
  defects: number;
  error: boolean;
}

/** Row n+1 of the table; inserted in an order that is not that of the list. */
const models: Model[] = Array.from({ length: IMAGES }, (_, n) => ({
  path: `段${n % 7}/IMG_${(n * 7919) % IMAGES}.png`,
  status: reviewStatuses[n % reviewStatuses.length] ?? 'unreviewed',
  inferred: n % 3 === 0,
  defects: n % 11 === 0 ? n % 4 : 0,
  error: n % 97 === 0,
}));

let folder: string;
let db: Database;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-queries-'));
  db = await openForWriting(path.join(folder, 'project.db'));
  db.transaction(() => models.forEach((model, index) => insert(model, index + 1)));
});

afterAll(async () => {
  db.close();
  await rm(folder, { recursive: true });
});

function insert(model: Model, id: number): void {
  const error = model.error ? '{"code":"image-corrupt","message":"x","details":{}}' : null;
  const sql = `INSERT INTO images (id, relative_path, sort_key, search_key, size_bytes, modified_ms, review_status, inference, defect_count, error)
    VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?)`;
  const inference = model.inferred ? 'done' : 'none';
  db.run(sql, id, model.path, pathSortKey(model.path), pathSearchKey(model.path), model.status, inference, model.defects, error);
}

const numberIn = (relativePath: string): number => Number(/IMG_(\d+)/.exec(relativePath)?.[1]);
const byPath = (a: Model, b: Model): number => a.path[1]?.localeCompare(b.path[1] ?? '') || numberIn(a.path) - numberIn(b.path);
const statusOrder: ReviewStatus[] = ['unreviewed', 'in-progress', 'second-look', 'rejected', 'accepted'];

function paths(filter: ImageFilter, sort: 'path' | 'defects' | 'status', offset: number, limit: number): string[] {
  return imagePage(db, { page: { offset, limit }, filter, sort }).rows.map((row) => row.relative_path);
}

describe('image list of 20,000 rows', () => {
  it.each([
    ['path', byPath],
    ['defects', (a: Model, b: Model): number => b.defects - a.defects || byPath(a, b)],
    ['status', (a: Model, b: Model): number => statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) || byPath(a, b)],
  ] as const)('pages by %s', (sort, compare) => {
    const expected = [...models].sort(compare).map((model) => model.path);
    for (const offset of [0, 500, 19_950]) expect(paths(allImages, sort, offset, 100)).toEqual(expected.slice(offset, offset + 100));
    for (const place of [0, 1, 9999, IMAGES - 1]) {
      const imageId = models.findIndex((model) => model.path === expected[place]) + 1;
      expect(imageIndex(db, { imageId, filter: allImages, sort })).toBe(place);
    }
  });

  it.each([
    ['with-defects', (model: Model) => model.defects > 0],
    [
      'without-defects',
      (model: Model) => model.defects === 0 && (model.inferred || model.status === 'accepted' || model.status === 'rejected'),
    ],
    ['unreadable', (model: Model) => model.error],
    ['not-inferred', (model: Model) => !model.inferred],
    ['all', () => true],
  ] as const)('filters %s', (only, keep) => {
    const filter: ImageFilter = { text: 'img_1', status: ['accepted', 'second-look'], only };
    const expected = models
      .filter((model) => keep(model) && model.path.includes('IMG_1') && ['accepted', 'second-look'].includes(model.status))
      .sort(byPath)
      .map((model) => model.path);
    const { total } = imagePage(db, { page: { offset: 0, limit: 1 }, filter, sort: 'path' });
    expect(expected.length).toBeGreaterThan(0);
    expect(total).toBe(expected.length);
    expect(paths(filter, 'path', 0, 1000)).toEqual(expected.slice(0, 1000));
    const imageId = models.findIndex((model) => model.path === expected[3]) + 1;
    expect(imageIndex(db, { imageId, filter, sort: 'path' })).toBe(3);
  });

  it('says -1 for a picture that the filter hides or that is not there', () => {
    const imageId = models.findIndex((model) => !model.error) + 1;
    expect(imageIndex(db, { imageId, filter: { ...allImages, only: 'unreadable' }, sort: 'path' })).toBe(-1);
    expect(imageIndex(db, { imageId: IMAGES + 1, filter: allImages, sort: 'path' })).toBe(-1);
  });

  it('takes search text as it is', () => {
    expect(imagePage(db, { page: { offset: 0, limit: 10 }, filter: { ...allImages, text: '%' }, sort: 'path' }).total).toBe(0);
    expect(imagePage(db, { page: { offset: 0, limit: 10 }, filter: { ...allImages, text: `' OR 1=1 --` }, sort: 'path' }).total).toBe(0);
    expect(imagePage(db, { page: { offset: 0, limit: 10 }, filter: { ...allImages, text: '段3/' }, sort: 'path' }).total).toBe(2857);
  });

  it('counts what the list shows', () => {
    expect(readCounts(db)).toEqual({
      images: IMAGES,
      unreadable: models.filter((model) => model.error).length,
      inferred: models.filter((model) => model.inferred).length,
      reviewed: models.filter((model) => model.status === 'accepted' || model.status === 'rejected').length,
      defects: models.reduce((sum, model) => sum + model.defects, 0),
      withDefects: models.filter((model) => model.defects > 0).length,
    });
  });
});

describe('defect queue', () => {
  const rows = [
    { image: 3, label: 1, code: 'crack', grade: 'minor', decision: 'unreviewed', score: 0.9, area: 10 },
    { image: 3, label: 2, code: 'scuff', grade: 'broken', decision: 'accepted', score: 0.52, area: 30 },
    { image: 5, label: 1, code: 'crack', grade: 'unset', decision: 'rejected', score: 0.3, area: 20 },
    { image: 9, label: 4, code: 'dent', grade: 'major', decision: 'unreviewed', score: null, area: 5 },
  ];
  // 段2/IMG_15838, 段4/IMG_11676, 段1/IMG_3352: the list has 9 before 3 before 5
  beforeAll(() =>
    db.transaction(() => {
      for (const image of [3, 5, 9]) {
        const { id } = db.run(`INSERT INTO documents (image_id, content_hash, threshold) VALUES (?, 'h', 0.5)`, image);
        db.run('UPDATE images SET document_id = ? WHERE id = ?', id, image);
        for (const row of rows.filter((entry) => entry.image === image)) {
          const values = [id, row.label, row.code, row.grade, row.decision, row.score === null ? 'human' : 'model', row.score, row.area];
          db.run(`INSERT INTO defects VALUES (?, 1, ?, ?, ?, ?, '', ?, ?, 0, 0, 1, 1, ?, NULL)`, ...values);
        }
      }
      const { id } = db.run(`INSERT INTO documents (image_id, content_hash) VALUES (3, 'an earlier file')`);
      db.run(`INSERT INTO defects VALUES (?, 1, 1, 'crack', 'unset', 'unreviewed', '', 'model', 0.5, 0, 0, 1, 1, 1, NULL)`, id);
    }),
  );

  const page = { offset: 0, limit: 10 };
  const none = { classCodes: [], grades: [], decisions: [] };

  it.each([
    ['doubt', ['3/2', '5/1', '3/1', '9/4']],
    ['score', ['3/1', '3/2', '5/1', '9/4']],
    ['grade', ['3/2', '9/4', '3/1', '5/1']],
    ['area', ['3/2', '5/1', '3/1', '9/4']],
    ['path', ['9/4', '3/1', '3/2', '5/1']],
  ] as const)('sorts by %s, and leaves out what belongs to an earlier file', (sort, expected) => {
    const found = defectPage(db, { page, filter: none, sort });
    expect(found.rows.map((row) => `${row.imageId}/${row.label}`)).toEqual(expected);
    expect(found.total).toBe(4);
  });

  it('filters by class, grade and decision, and pages', () => {
    const only = (filter: Partial<typeof none>) => defectPage(db, { page, filter: { ...none, ...filter }, sort: 'path' });
    expect(only({ classCodes: ['crack'] as never[] }).rows.map((row) => row.imageId)).toEqual([3, 5]);
    expect(only({ grades: ['major', 'broken'] as never[] }).total).toBe(2);
    expect(only({ decisions: ['unreviewed'] as never[], classCodes: ['dent'] as never[] }).rows).toHaveLength(1);
    const second = defectPage(db, { page: { offset: 1, limit: 2 }, filter: none, sort: 'path' });
    expect(second.total).toBe(4);
    expect(second.rows.map((row) => row.relativePath)).toEqual([models[2]?.path, models[2]?.path]);
  });
});
