import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageDocument } from '#shared/domain/editor';
import { openForReading } from './database/open';
import {
  edit,
  firstImage,
  foundInstance,
  HEIGHT,
  humanDefect,
  infer,
  openFixture,
  picture,
  tileWith,
  WIDTH,
  type Fixture,
} from './testing/fixture';
import { decodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';

let fixture: Fixture;
let document: ImageDocument;
const load = () => fixture.service['editor.load']({ imageId: document.image.id });
const commit = (changes: Parameters<typeof edit>[1], base = document) => fixture.service['editor.commit'](edit(base, changes));

beforeEach(async () => {
  fixture = await openFixture({ 'a.png': await picture(1), 'b.png': await picture(2) });
  document = await fixture.service['editor.load']({ imageId: (await firstImage(fixture.service)).id });
});
afterEach(() => fixture.dispose());

describe('editor.commit', () => {
  it('saves tiles and defects, and the next window start shows them', async () => {
    const tiles = [tileWith(7, 10, 10, 4, 4), tileWith(7, 0, 0, 20, 10, 1, 1)];
    const saved = await commit({ tiles, defects: [humanDefect] });
    expect(saved).toMatchObject({ revision: 1, image: { defectCount: 1, reviewStatus: 'in-progress' } });
    await fixture.reopen();
    expect(await load()).toMatchObject({ revision: 1, review: { tiles, defects: [humanDefect] }, model: null, threshold: null });
  });

  it('removes what a gesture removed', async () => {
    await commit({ tiles: [tileWith(7, 10, 10, 4, 4)], defects: [humanDefect] });
    await commit({ tiles: [{ tileX: 0, tileY: 0, runs: new Uint32Array(0) }], removedLabels: [7] }, await load());
    expect(await load()).toMatchObject({ revision: 2, image: { defectCount: 0 }, review: { tiles: [], defects: [] } });
  });

  it('counts defects that are not rejected, everywhere the same', async () => {
    const second = { ...humanDefect, label: 8 };
    const { image } = await commit({ defects: [humanDefect, second] });
    expect(image.defectCount).toBe(2);
    const after = await commit({ defects: [{ ...second, decision: 'rejected' }] }, await load());
    expect(after.image.defectCount).toBe(1);
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ defects: 1 });
    const { counts, coverage } = await fixture.service['report.data']({
      options: { locale: 'en', defects: 'all', includeCoverageList: true },
    });
    expect(counts.withDefects).toBe(1);
    expect(coverage.map((row) => row.defects)).toEqual([1, 0]);
  });

  it('refuses an edit made on another content or on an old revision, and saves nothing of it', async () => {
    const tiles = [tileWith(7, 0, 0, 5, 5)];
    const other = { contentHash: 'b'.repeat(64) };
    await expect(commit({ tiles, ...other })).rejects.toMatchObject({
      code: 'image-changed',
      details: { path: expect.stringContaining('a.png') as unknown },
    });
    await commit({ defects: [humanDefect] });
    await expect(commit({ tiles })).rejects.toMatchObject({ code: 'stale-revision', details: { revision: 1, baseRevision: 0 } });
    await expect(commit({ imageId: 99 })).rejects.toMatchObject({ code: 'bad-request' });
    expect(await load()).toMatchObject({ revision: 1, review: { tiles: [] } });
  });

  it.each([
    ['runs that do not fill the tile', { tileX: 0, tileY: 0, runs: Uint32Array.of(1, 10) }],
    ['runs that exceed the tile', { tileX: 0, tileY: 0, runs: Uint32Array.of(1, 65_537) }],
    ['a label beyond the largest', { tileX: 0, tileY: 0, runs: Uint32Array.of(65_536, 65_536) }],
    ['a tile right of the picture', { tileX: 2, tileY: 0, runs: Uint32Array.of(1, 65_536) }],
    ['a tile below the picture', { tileX: 0, tileY: 2, runs: Uint32Array.of(1, 65_536) }],
  ])('refuses %s, and all that came with it', async (_, tile) => {
    const attempt = commit({ tiles: [tileWith(7, 0, 0, 5, 5), tile], defects: [humanDefect], reviewStatus: 'accepted' });
    await expect(attempt).rejects.toMatchObject({ code: 'bad-request' });
    expect(await load()).toMatchObject({ revision: 0, image: { reviewStatus: 'unreviewed' }, review: { tiles: [], defects: [] } });
  });

  it('cuts a tile at the edge of the picture', async () => {
    await commit({ tiles: [{ tileX: 1, tileY: 1, runs: Uint32Array.of(7, TILE_AREA_PX) }] });
    const [tile] = (await load()).review.tiles;
    const labels = new Uint16Array(TILE_AREA_PX);
    decodeTileRuns(tile?.runs ?? new Uint32Array(0), labels);
    expect(labels.filter((label) => label === 7)).toHaveLength((WIDTH - 256) * (HEIGHT - 256));
    expect([labels[WIDTH - 257], labels[WIDTH - 256]]).toEqual([7, 0]);
  });

  it('accepts the open defects of an accepted picture, not the rejected ones', async () => {
    const rejected = { ...humanDefect, label: 8, decision: 'rejected' } as const;
    await commit({ defects: [humanDefect, rejected], reviewStatus: 'accepted' });
    expect((await load()).review.defects.map((defect) => defect.decision)).toEqual(['accepted', 'rejected']);
    expect(await fixture.service['project.counts'](undefined)).toMatchObject({ reviewed: 1, defects: 1 });
  });

  it('leaves decisions alone when an accepted picture is edited further', async () => {
    await commit({ reviewStatus: 'accepted' });
    await commit({ defects: [humanDefect] }, await load());
    expect(await load()).toMatchObject({ image: { reviewStatus: 'accepted' }, review: { defects: [{ decision: 'unreviewed' }] } });
  });

  it('logs who did what', async () => {
    const settings = (await fixture.service['project.info'](undefined)).settings;
    await fixture.service['project.settings.set']({ ...settings, inspection: { ...settings.inspection, inspector: '王工' } });
    await commit({ action: 'polygon', defects: [humanDefect], removedLabels: [3] });
    const db = await openForReading(`${fixture.info.dataFolder}/project.db`);
    const row = db.get<Record<string, unknown>>('SELECT * FROM audit ORDER BY id DESC LIMIT 1');
    db.close();
    expect(row).toMatchObject({ action: 'polygon', inspector: '王工', image_id: document.image.id, content_hash: document.contentHash });
    expect(JSON.parse(String(row?.['details']))).toMatchObject({
      revision: 1,
      removedLabels: [3],
      status: 'in-progress',
      defects: [{ label: 7 }],
    });
  });

  it('takes another threshold with the proposal made by it', async () => {
    const before = await infer(fixture.service, document.image.id);
    const wider = { ...foundInstance, ...humanDefect, label: 1, origin: 'model', score: 0.6, areaPx: 90 } as const;
    await commit({ threshold: 0.3, action: 'threshold', tiles: [tileWith(1, 20, 30, 10, 9)], defects: [wider] }, before);
    expect(await load()).toMatchObject({ threshold: 0.3, inference: { threshold: 0.5 }, review: { defects: [wider] } });
    const { defects } = await fixture.service['report.data']({ options: { locale: 'en', defects: 'all', includeCoverageList: false } });
    expect(defects).toMatchObject([{ label: 1, areaPx: 90, modelAreaPx: 90 }]);
  });
});

describe('images.setStatus', () => {
  it.each(['accepted', 'rejected', 'second-look', 'in-progress', 'unreviewed'] as const)(
    'sets %s without a new revision',
    async (status) => {
      await commit({ defects: [humanDefect] });
      const image = await fixture.service['images.setStatus']({ imageId: document.image.id, status });
      expect(image.reviewStatus).toBe(status);
      const decision = status === 'accepted' ? 'accepted' : 'unreviewed';
      expect(await load()).toMatchObject({ revision: 1, image: { reviewStatus: status }, review: { defects: [{ decision }] } });
    },
  );
});
