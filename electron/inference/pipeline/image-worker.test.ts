import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGreyPng, encodeGreyPng } from '#imaging';
import { labelMapOfTiles } from '#shared/masks/label-tiles';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import { Scheduler } from '../scheduler';
import { FakeSession } from '../testing/fake-session';
import { testManifest } from '../testing/manifests';
import { syntheticImage } from '../testing/synthetic-image';
import { ImageWorker } from './image-worker';
import { ModelRunner } from './model-runner';

/** A network that calls bright pixels defects, at half the source's resolution. */
const manifest = testManifest({
  input: { name: 'image', width: 256, height: 256, channels: 3, mean: [0], std: [1], batch: { dynamic: true, preferred: 4, maximum: 4 } },
  tiling: { sourceTilePx: 512, overlapPx: 64, railBand: true },
});

describe('a picture through the pipeline', () => {
  const worker = new ImageWorker();
  const session = new FakeSession();
  const scheduler = new Scheduler(manifest, new ModelRunner(manifest, session, 4), { next: () => worker, close: () => Promise.resolve() });
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-pipeline-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function picture(name: string, width: number, height: number, pixel: (x: number, y: number) => number): Promise<string> {
    const file = path.join(folder, name);
    const { data } = syntheticImage(width, height, { pixel });
    await writeFile(file, await encodeGreyPng(data as Uint8Array, width, height));
    return file;
  }
  function infer(file: string, changes: Partial<InferImageInput> = {}): Promise<InferImageOutput> {
    const region = { mode: 'auto' as const, box: null };
    const files = { maskPath: null, probabilityPath: null, wantTiles: true };
    return scheduler.infer({ sessionId: 1, requestId: 1, path: file, region, threshold: 0.5, minimumAreaPx: 20, ...files, ...changes });
  }
  const within = (x: number, y: number, left: number, top: number, width: number, height: number): boolean =>
    x >= left && x < left + width && y >= top && y < top + height;

  it('finds a spot where it is, with files that agree', async () => {
    const file = await picture('spots.png', 900, 700, (x, y) =>
      within(x, y, 430, 300, 60, 40) || within(x, y, 10, 650, 30, 30) ? 0.9 : 0.1,
    );
    const maskPath = path.join(folder, 'mask.png');
    const probabilityPath = path.join(folder, 'probability.png');
    const output = await infer(file, { maskPath, probabilityPath });
    expect(output.header).toEqual({ format: 'png', width: 900, height: 700, channels: 1, bitDepth: 8 });
    expect(output.contentHash).toBe(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
    expect(output.region).toEqual({ mode: 'auto', box: null });
    expect(output.tileCount).toBe(4);
    expect(output.instances.map(({ label, classCode }) => [label, classCode])).toEqual([
      [1, 'defect'],
      [2, 'defect'],
    ]);
    for (const [index, box] of [
      { x: 430, y: 300, width: 60, height: 40 },
      { x: 10, y: 650, width: 30, height: 30 },
    ].entries()) {
      const found = output.instances[index];
      expect(Math.abs((found?.box.x ?? 0) - box.x)).toBeLessThanOrEqual(1);
      expect(Math.abs((found?.box.y ?? 0) - box.y)).toBeLessThanOrEqual(1);
      expect(Math.abs((found?.areaPx ?? 0) - box.width * box.height)).toBeLessThan(150);
      expect(found?.score).toBeGreaterThan(0.8);
    }
    const mask = await decodeGreyPng(maskPath);
    const labels = labelMapOfTiles(output.tiles, { x: 0, y: 0, width: 900, height: 700 });
    expect([mask.width, mask.height]).toEqual([900, 700]);
    expect(mask.data.every((byte, at) => byte === (labels[at] ? 255 : 0))).toBe(true);

    expect(output.probabilityBox).toEqual({ x: 0, y: 0, width: 900, height: 700 });
    const kept = {
      modelId: 'test-model',
      probabilityPath,
      probabilityBox: { x: 0, y: 0, width: 900, height: 700 },
      width: 900,
      height: 700,
    };
    const again = await worker.rethreshold({ ...kept, threshold: 0.5, minimumAreaPx: 20, manifest });
    expect(again).toEqual({ instances: output.instances, tiles: output.tiles });
    const stricter = await infer(file, { threshold: 0.85 });
    expect((await worker.rethreshold({ ...kept, threshold: 0.85, minimumAreaPx: 20, manifest })).instances).toEqual(stricter.instances);
  });

  it('looks only where it is told to', async () => {
    const file = await picture('two.png', 700, 600, (x, y) => (within(x, y, 100, 100, 40, 40) || within(x, y, 600, 500, 40, 40) ? 0.9 : 0));
    const box = { x: 560, y: 460, width: 60, height: 60 };
    const output = await infer(file, { region: { mode: 'manual', box } });
    expect(output.region).toEqual({ mode: 'manual', box });
    expect(output.tileCount).toBe(1);
    expect(output.instances).toHaveLength(1);
    expect(output.instances[0]?.box.x).toBeGreaterThanOrEqual(599);
    expect((output.instances[0]?.box.x ?? 0) + (output.instances[0]?.box.width ?? 0)).toBe(620);
    expect((await infer(file, { region: { mode: 'full', box: null } })).instances).toHaveLength(2);
  });

  it('runs only the tiles of a rail band, unless the whole picture is wanted', async () => {
    const file = await picture('rail.png', 1600, 1100, (x, y) =>
      within(x, y, 760, 400, 50, 50) ? 0.95 : x >= 700 && x < 950 ? 0.2 : 0.01,
    );
    const output = await infer(file);
    expect(output.region.mode).toBe('auto');
    expect(output.region.box).toMatchObject({ y: 0, height: 1100 });
    expect(output.tileCount).toBe(3);
    expect(output.instances).toHaveLength(1);
    expect((await worker.findRegion({ path: file })).box).toEqual(output.region.box);
    expect((await infer(file, { region: { mode: 'full', box: null } })).tileCount).toBe(12);
  });

  it('takes a single pixel', async () => {
    const output = await infer(await picture('pixel.png', 1, 1, () => 1), { minimumAreaPx: 1 });
    expect(output.tileCount).toBe(1);
    expect(output.instances).toEqual([{ label: 1, classCode: 'defect', score: 1, box: { x: 0, y: 0, width: 1, height: 1 }, areaPx: 1 }]);
  });

  it('takes a strip of 30,000×1,100', async () => {
    const file = await picture('strip.png', 30_000, 1100, (x, y) =>
      within(x, y, 29_900, 1000, 50, 50) || within(x, y, 3, 3, 50, 50) ? 1 : 0,
    );
    const output = await infer(file, { region: { mode: 'full', box: null } });
    expect(output.tileCount).toBe(67 * 3);
    expect(output.instances.map(({ box }) => [Math.round(box.x / 10) * 10, Math.round(box.y / 10) * 10])).toEqual([
      [0, 0],
      [29_900, 1000],
    ]);
  });

  it('reports bad pictures and unwritable results by their path, and goes on', async () => {
    const text = path.join(folder, 'text.jpg');
    await writeFile(text, 'this is not a picture');
    const good = await picture('good.png', 30, 30, () => 0);
    const lost = path.join(folder, 'no-such-folder', 'mask.png');
    const results = await Promise.allSettled([
      infer(text),
      infer(path.join(folder, 'gone.png')),
      infer(good, { maskPath: lost }),
      infer(good),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
    expect(results[0]).toMatchObject({ reason: { details: { path: text } } });
    expect(results[1]).toMatchObject({ reason: { code: 'image-missing' } });
    expect(results[2]).toMatchObject({ reason: { code: 'write-failed', details: { path: lost } } });
  });

  it('refuses a kept map of another size', async () => {
    const file = await picture('map.png', 30, 20, () => 0);
    const input = { modelId: 'm', probabilityPath: file, probabilityBox: { x: 0, y: 0, width: 20, height: 30 }, width: 20, height: 30 };
    await expect(worker.rethreshold({ ...input, threshold: 0.5, minimumAreaPx: 1, manifest })).rejects.toMatchObject({
      code: 'image-changed',
    });
  });
});
