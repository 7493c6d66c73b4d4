import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeBytes, encodeGreyPng, type DecodedImage } from '#imaging';
import { defectClass } from '#shared/domain/defect-classes';
import type { ProjectPort } from '#shared/ports/project';
import {
  edit,
  firstImage,
  HEIGHT,
  humanDefect,
  infer,
  openFixture,
  picture,
  summary,
  tileWith,
  WIDTH,
  type Fixture,
} from '../testing/fixture';

let fixture: Fixture;
let imageId: number;

beforeEach(async () => {
  fixture = await openFixture({ 'a.png': await picture(1) });
  imageId = (await firstImage(fixture.service)).id;
});
afterEach(() => fixture.dispose());

const decode = (answer: { bytes: Uint8Array }): Promise<DecodedImage> => decodeBytes(Buffer.from(answer.bytes), 'answer');

describe('imageTile', () => {
  it('gives the samples of the file, and of its halves', async () => {
    const tile = await fixture.service.imageTile({ imageId, level: 0, tileX: 0, tileY: 0 });
    expect(tile).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 1, bitDepth: 8 });
    const { data } = await decodeBytes(await picture(1), 'a.png');
    expect(Buffer.from(tile.bytes).equals(Buffer.from(data.buffer, data.byteOffset, data.byteLength))).toBe(true);
    expect(await fixture.service.imageTile({ imageId, level: 1, tileX: 0, tileY: 0 })).toMatchObject({ width: 150, height: 140 });
    await expect(fixture.service.imageTile({ imageId, level: 0, tileX: 1, tileY: 0 })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('shows the new pixels of a file that was replaced', async () => {
    await fixture.service.imageTile({ imageId, level: 0, tileX: 0, tileY: 0 });
    await writeFile(path.join(fixture.folder, 'a.png'), await picture(2, 20, 10));
    await fixture.service['editor.load']({ imageId });
    expect(await fixture.service.imageTile({ imageId, level: 0, tileX: 0, tileY: 0 })).toMatchObject({ width: 20, height: 10 });
  });
});

describe('probabilityTile', () => {
  const box = { x: 100, y: 50, width: 60, height: 40 };

  async function keepMap(width: number): Promise<void> {
    const { jobId } = await fixture.service.createInspectionJob({ modelId: 'm', device: 'cpu', scope: 'one', imageId });
    const probabilityPath = path.join(fixture.info.dataFolder, 'probability', `${imageId}-${jobId + 1}.png`);
    await writeFile(probabilityPath, await encodeGreyPng(new Uint8Array(width * 40).fill(200), width, 40));
    await infer(fixture.service, imageId, { summary: summary({ probabilityBox: box }) });
  }

  it('is the kept map inside its box and zero around it', async () => {
    await keepMap(60);
    const tile = await fixture.service.probabilityTile({ imageId, level: 0, tileX: 0, tileY: 0 });
    expect(tile).toMatchObject({ width: WIDTH, height: HEIGHT, channels: 1, bitDepth: 8 });
    const at = (x: number, y: number) => tile.bytes[y * WIDTH + x];
    expect([at(100, 50), at(159, 89), at(99, 50), at(160, 89), at(100, 49), at(159, 90)]).toEqual([200, 200, 0, 0, 0, 0]);
    expect(tile.bytes.filter((value) => value === 200)).toHaveLength(60 * 40);
  });

  it('refuses a map of another size, and says where there is none', async () => {
    await expect(fixture.service.probabilityTile({ imageId, level: 0, tileX: 0, tileY: 0 })).rejects.toMatchObject({ code: 'bad-request' });
    await keepMap(61);
    await expect(fixture.service.probabilityTile({ imageId, level: 0, tileX: 0, tileY: 0 })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('thumbnail', () => {
  it('is made once and kept for the next start', async () => {
    const { mime, bytes } = await fixture.service.thumbnail({ imageId });
    expect(mime).toBe('image/jpeg');
    expect(await decode({ bytes })).toMatchObject({ width: 160, height: 149 });
    const cache = path.join(fixture.info.dataFolder, 'cache', 'thumbnails');
    const [name, ...others] = await readdir(cache);
    expect(name).toMatch(new RegExp(`^${imageId}-\\d+\\.jpg$`));
    expect(others).toEqual([]);
    await writeFile(path.join(cache, name ?? ''), 'kept');
    await fixture.reopen();
    expect(Buffer.from((await fixture.service.thumbnail({ imageId })).bytes).toString()).toBe('kept');
  });

  it('needs no cache that can be written', async () => {
    await rm(path.join(fixture.info.dataFolder, 'cache'), { recursive: true });
    expect(await decode(await fixture.service.thumbnail({ imageId }))).toMatchObject({ width: 160 });
  });

  it('marks a picture that cannot be decoded, and tells it once', async () => {
    const whole = await picture(1);
    await fixture.service['editor.load']({ imageId });
    await writeFile(path.join(fixture.folder, 'a.png'), whole.subarray(0, whole.length - 200));
    await expect(fixture.service.thumbnail({ imageId })).rejects.toMatchObject({ code: expect.stringMatching(/^image-/) as unknown });
    expect((await firstImage(fixture.service)).error?.code).toMatch(/^image-/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    fixture.events.length = 0;
    await expect(fixture.service.thumbnail({ imageId })).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(fixture.events).toEqual([]);
  });
});

describe('crop and overlay', () => {
  const box = { x: 0, y: 0, width: 40, height: 30 };
  const overlay = (changes: Partial<Parameters<ProjectPort['overlay']>[0]> = {}) =>
    fixture.service.overlay({ imageId, label: 0, ...box, maxSidePx: 400, layer: 'review', ...changes });
  const alpha = async (answer: { bytes: Uint8Array }, x: number, y: number): Promise<number[]> => {
    const { default: sharp } = await import('sharp');
    const { data, info } = await sharp(answer.bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    return [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
  };
  const yellow = [0xf0, 0xe4, 0x42];
  const crackColour = [0xcc, 0x79, 0xa7];

  beforeEach(async () => {
    const document = await infer(fixture.service, imageId, { tiles: [tileWith(1, 20, 5, 10, 8)] });
    const tiles = [{ ...tileWith(1, 20, 5, 10, 8) }];
    const labels = tileWith(7, 2, 2, 6, 6);
    await fixture.service['editor.commit'](edit(document, { tiles: [merge(tiles[0]?.runs, labels.runs)], defects: [humanDefect] }));
  });

  /** Both rectangles in one tile. */
  function merge(a: Uint32Array | undefined, b: Uint32Array) {
    const paint = (runs: Uint32Array | undefined, out: Uint16Array): void => {
      let at = 0;
      for (let i = 0; runs && i < runs.length; i += 2) {
        const end = at + (runs[i + 1] ?? 0);
        if (runs[i]) out.fill(runs[i] ?? 0, at, end);
        at = end;
      }
    };
    const labels = new Uint16Array(65_536);
    paint(a, labels);
    paint(b, labels);
    const runs: number[] = [];
    for (const label of labels) {
      if (runs.length > 0 && runs.at(-2) === label) runs.push((runs.pop() ?? 0) + 1);
      else runs.push(label, 1);
    }
    return { tileX: 0, tileY: 0, runs: Uint32Array.from(runs) };
  }

  it('have the same size', async () => {
    for (const maxSidePx of [10, 25, 400]) {
      const crop = await decode(await fixture.service.crop({ imageId, ...box, maxSidePx, stretch: 'auto' }));
      const over = await decode(await overlay({ maxSidePx }));
      expect([over.width, over.height]).toEqual([crop.width, crop.height]);
    }
    const outside = { imageId, x: 5000, y: 0, width: 5, height: 5, maxSidePx: 10 };
    await expect(fixture.service.crop({ ...outside, stretch: 'none' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(overlay({ x: 5000 })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('stretch dark pictures only when asked', async () => {
    const mean = async (stretch: 'auto' | 'none'): Promise<number> => {
      const { data } = await decode(await fixture.service.crop({ imageId, ...box, maxSidePx: 100, stretch }));
      return [...data].reduce((sum, value) => sum + value, 0) / data.length;
    };
    expect(await mean('none')).toBeLessThan(40);
    expect(await mean('auto')).toBeGreaterThan(80);
  });

  it('draws each defect in its class colour: opaque outline, half transparent inside, nothing elsewhere', async () => {
    expect(defectClass('defect').colour).toBe('#F0E442');
    const all = await overlay();
    expect(await alpha(all, 20, 5)).toEqual([...yellow, 255]);
    expect(await alpha(all, 25, 9)).toEqual([...yellow, 115]);
    expect(await alpha(all, 2, 2)).toEqual([...crackColour, 255]);
    expect((await alpha(all, 15, 9))[3]).toBe(0);
  });

  it('draws one defect alone, the model’s layer, and no rejected defect among all', async () => {
    const one = await overlay({ label: 7 });
    expect((await alpha(one, 25, 9))[3]).toBe(0);
    expect((await alpha(one, 4, 4))[3]).toBe(115);
    const model = await overlay({ layer: 'model' });
    expect((await alpha(model, 4, 4))[3]).toBe(0);
    expect((await alpha(model, 25, 9))[3]).toBe(115);
    const document = await fixture.service['editor.load']({ imageId });
    await fixture.service['editor.commit'](edit(document, { defects: [{ ...humanDefect, decision: 'rejected' }] }));
    expect((await alpha(await overlay(), 4, 4))[3]).toBe(0);
    expect((await alpha(await overlay({ label: 7 }), 4, 4))[3]).toBe(115);
  });

  it('keeps a thin defect visible when it is shrunk', async () => {
    const document = await fixture.service['editor.load']({ imageId });
    await fixture.service['editor.commit'](edit(document, { tiles: [tileWith(7, 100, 0, 1, 256)], defects: [humanDefect] }));
    const small = await overlay({ x: 0, y: 0, width: 300, height: 256, maxSidePx: 30, label: 7 });
    expect((await alpha(small, 10, 12))[3]).toBe(255);
  });
});
