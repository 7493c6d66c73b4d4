import { describe, expect, it, vi } from 'vitest';
import type { Region } from '#shared/domain/image';
import { rethreshold, setRegion } from './editor-services';
import { engine, fakeInference, output } from './testing/fake-inference';

const box = { x: 1, y: 2, width: 3, height: 4 };

describe('setRegion', () => {
  const project = {
    imagePath: async () => '/run/1.jpg',
    setRegion: async ({ region }: { region: Region }) => region,
  };

  it('asks the inference process for the rail band', async () => {
    const findRegion = vi.fn(async () => ({ header: output().header, box }));
    expect(await setRegion(project, { findRegion }, { imageId: 1, mode: 'auto', box: null })).toEqual({ mode: 'auto', box });
    expect(findRegion).toHaveBeenCalledWith({ path: '/run/1.jpg' });
  });

  it('stores the whole picture, or what was drawn', async () => {
    const findRegion = vi.fn();
    expect(await setRegion(project, { findRegion }, { imageId: 1, mode: 'full', box })).toEqual({ mode: 'full', box: null });
    expect(await setRegion(project, { findRegion }, { imageId: 1, mode: 'manual', box })).toEqual({ mode: 'manual', box });
    expect(findRegion).not.toHaveBeenCalled();
  });

  it('refuses a drawn region without an area', async () => {
    const wrong = [null, { ...box, width: 0 }];
    for (const drawn of wrong) {
      await expect(setRegion(project, fakeInference(true), { imageId: 1, mode: 'manual', box: drawn })).rejects.toMatchObject({
        code: 'bad-request',
      });
    }
  });
});

describe('rethreshold', () => {
  const summary = {
    engine,
    timings: output().timings,
    tiles: 1,
    kind: 'probability' as const,
    threshold: 0.5,
    minimumAreaPx: 5,
    finishedAtMs: 1,
    probabilityBox: box,
  };
  const kept = { path: '/p.png', summary, header: output().header };
  const input = { imageId: 4, threshold: 0.3, minimumAreaPx: 7 };

  it('turns what the network found into defects nobody has looked at', async () => {
    const instance = { label: 1, classCode: 'scuff', score: 0.7, box, areaPx: 12 };
    const tile = { tileX: 0, tileY: 0, runs: new Uint32Array([1, 65_536]) };
    const run = vi.fn(async () => ({ instances: [instance], tiles: [tile] }));
    expect(await rethreshold({ probabilityFile: async () => kept }, { rethreshold: run }, input)).toEqual({
      tiles: [tile],
      defects: [{ ...instance, grade: 'unset', decision: 'unreviewed', note: '', origin: 'model' }],
    });
    expect(run).toHaveBeenCalledWith({
      modelId: 'm',
      probabilityPath: '/p.png',
      probabilityBox: box,
      width: 10,
      height: 10,
      threshold: 0.3,
      minimumAreaPx: 7,
    });
  });

  it('says so where no map was kept', async () => {
    for (const none of [null, { ...kept, summary: { ...summary, probabilityBox: null } }]) {
      await expect(rethreshold({ probabilityFile: async () => none }, fakeInference(true), input)).rejects.toMatchObject({
        code: 'bad-request',
        details: { imageId: 4 },
      });
    }
  });
});
