import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGreyPng, encodeGreyPng } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ModelManifest } from '#shared/domain/model';
import { detectionsPath } from '#shared/kept-files';
import { labelMapOfTiles } from '#shared/masks/label-tiles';
import type { InferImageInput, InferImageOutput } from '#shared/ports/inference';
import type { Session } from '../../backends/backend';
import { ortCpu } from '../../backends/ort-cpu';
import { ModelCatalog } from '../../catalog/model-catalog';
import { Scheduler } from '../../scheduler';
import { describeConformance } from '../../testing/backend-conformance';
import { syntheticImage } from '../../testing/synthetic-image';
import { ImageWorker } from '../image-worker';
import { ModelRunner } from '../model-runner';

const catalog = new ModelCatalog(path.resolve(import.meta.dirname, '../../testing/fixtures'));
const blobs = async (): Promise<{ manifest: ModelManifest; weightsFile: string }> => {
  const entry = await catalog.entry('blob-instances');
  return { manifest: entry.manifest, weightsFile: (await catalog.verifiedWeights(entry, 'fp32')).file };
};

describeConformance(ortCpu, async () => ({ ...(await blobs()), brokenFile: import.meta.filename }));

interface Blob {
  x: number;
  y: number;
  radius: number;
  brightness: number;
}

/** Centre of the fixture's cell in a picture that is scaled down by 4. */
const cell = (column: number, row: number): { x: number; y: number } => ({ x: column * 64 + 32, y: row * 64 + 32 });

describe('a network of instances through the pipeline', () => {
  const worker = new ImageWorker();
  let folder: string;
  let session: Session;
  let manifest: ModelManifest;
  let scheduler: Scheduler;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-instances-'));
    const { weightsFile, ...given } = await blobs();
    manifest = given.manifest;
    session = await ortCpu.open(manifest, weightsFile, { threads: 1 });
    scheduler = new Scheduler(manifest, new ModelRunner(manifest, session, 1), { next: () => worker, close: () => Promise.resolve() });
  });
  afterAll(async () => {
    await session.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  async function picture(name: string, width: number, height: number, spots: readonly Blob[]): Promise<string> {
    const brightness = (x: number, y: number): number => {
      const spot = spots.find((blob) => (x + 0.5 - blob.x) ** 2 + (y + 0.5 - blob.y) ** 2 <= blob.radius ** 2);
      return spot ? spot.brightness : 0.1;
    };
    const file = path.join(folder, name);
    await writeFile(
      file,
      await encodeGreyPng(syntheticImage(width, height, { pixel: brightness }).data as Uint8Array, width, height, { compressionLevel: 0 }),
    );
    return file;
  }
  function infer(file: string, changes: Partial<InferImageInput> = {}): Promise<InferImageOutput> {
    return scheduler.infer({
      ...{ sessionId: 1, requestId: 1, path: file, region: { mode: 'full', box: null }, maskPath: null, probabilityPath: null },
      ...{ wantTiles: true, threshold: 0.4, minimumAreaPx: 16, ...changes },
    });
  }
  const place = ({ box }: DetectedInstance): [number, number] => [box.x + box.width / 2, box.y + box.height / 2];

  it('finds blobs with class, score, box and mask in a picture that fits the input', async () => {
    const spots = [
      { ...cell(1, 1), radius: 44, brightness: 0.9 },
      { ...cell(5, 5), radius: 44, brightness: 0.7 },
    ];
    const maskPath = path.join(folder, 'mask.png');
    const output = await infer(await picture('two.png', 512, 512, spots), { maskPath });
    expect(output.tileCount).toBe(1);
    expect(output.instances.map(({ label, classCode }) => [label, classCode])).toEqual([
      [1, 'spalling'],
      [2, 'spalling'],
    ]);
    output.instances.forEach((instance, at) => {
      const { x, y, radius, brightness } = spots[at] ?? { x: 0, y: 0, radius: 0, brightness: 0 };
      expect(place(instance)[0]).toBeCloseTo(x, -1);
      expect(place(instance)[1]).toBeCloseTo(y, -1);
      // a base's pixel is 16 of the picture wide: its edge is soft
      expect(Math.abs(instance.areaPx / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.3);
      // the cell is bright all over: the network's own score is (brightness − 0.4) ÷ 0.6
      expect(instance.score).toBeCloseTo(Math.sqrt((brightness - 0.4) / 0.6), 1);
    });
    const labels = labelMapOfTiles(output.tiles, { x: 0, y: 0, width: 512, height: 512 });
    const mask = await decodeGreyPng(maskPath);
    expect(mask.data.every((byte, at) => byte === (labels[at] ? 255 : 0))).toBe(true);
    expect(labels.reduce((sum, label) => sum + Number(label === 1), 0)).toBe(output.instances[0]?.areaPx);
    for (const value of [output.timings.run, output.timings.postprocess]) expect(value).toBeGreaterThan(0);
  });

  it('keeps the aspect of a picture with other proportions, and finds nothing in the padding', async () => {
    const spot = { ...cell(4, 1), radius: 44, brightness: 0.9 };
    const output = await infer(await picture('wide.png', 512, 190, [spot]));
    expect(output.instances).toHaveLength(1);
    const [instance] = output.instances;
    expect(instance && place(instance)[0]).toBeCloseTo(spot.x, -1);
    expect(instance && place(instance)[1]).toBeCloseTo(spot.y, -1);
    expect(instance && instance.box.width / instance.box.height).toBeCloseTo(1, 0.7);
  });

  it('finds each blob once in tiles, wherever the seams run', async () => {
    // tiles of 512 px start every 256 px, so that the fixture's cells meet; the blobs lie off the cells and over the seams
    const spots = [0, 1, 2, 3, 4, 5, 6].map((i) => ({ x: 120 + i * 170, y: 280 + (i % 2) * 180, radius: 46, brightness: 0.85 }));
    const output = await infer(await picture('strip.png', 1280, 768, spots));
    expect(output.tileCount).toBeGreaterThan(3);
    expect(output.instances).toHaveLength(spots.length);
    for (const { x, y } of spots) {
      const near = output.instances.filter((instance) => Math.hypot(place(instance)[0] - x, place(instance)[1] - y) < 25);
      expect(near).toHaveLength(1);
    }
  });

  it('looks only where it is told to', async () => {
    const spots = [
      { ...cell(1, 1), radius: 44, brightness: 0.9 },
      { ...cell(5, 5), radius: 44, brightness: 0.9 },
    ];
    const file = await picture('region.png', 512, 512, spots);
    const output = await infer(file, { region: { mode: 'manual', box: { x: 250, y: 250, width: 250, height: 250 } } });
    expect(output.instances).toHaveLength(1);
    expect(output.instances[0]?.box.x).toBeGreaterThan(250);
  });

  it('detects again from what it kept, exactly as an inference with that threshold would', async () => {
    const spots = [0.9, 0.8, 0.7, 0.62].map((brightness, i) => ({ ...cell(i * 2, 2 + i), radius: 46, brightness }));
    const file = await picture('kept.png', 512, 512, spots);
    const probabilityPath = path.join(folder, 'kept.map.png');
    const first = await infer(file, { probabilityPath, threshold: 0.7 });
    const box = { x: 0, y: 0, width: 512, height: 512 };
    expect(first.probabilityBox).toEqual(box);
    expect(first.instances.length).toBeGreaterThan(0);
    expect(first.instances.length).toBeLessThan(4);
    const map = await decodeGreyPng(probabilityPath);
    const kept = { modelId: 'blob-instances', probabilityPath, probabilityBox: box, width: 512, height: 512, minimumAreaPx: 16, manifest };
    for (const threshold of [0.3, 0.6, 0.7, 0.8, 0.99]) {
      const again = await worker.rethreshold({ ...kept, threshold });
      const whole = await infer(file, { threshold });
      expect(again).toEqual({ instances: whole.instances, tiles: whole.tiles });
      const labels = labelMapOfTiles(again.tiles, box);
      const shown = map.data.every((byte, at) => byte >= Math.ceil(threshold * 255 - 1e-9) === (labels[at] ?? 0) > 0);
      expect(shown, `the kept map at ${threshold}`).toBe(true);
    }
    expect((await readFile(detectionsPath(probabilityPath))).length).toBeLessThan(10_000);
    await expect(worker.rethreshold({ ...kept, width: 511, threshold: 0.5 })).rejects.toMatchObject({ code: 'image-changed' });
    await rm(detectionsPath(probabilityPath));
    await expect(worker.rethreshold({ ...kept, threshold: 0.5 })).rejects.toMatchObject({ code: 'image-missing' });
  });

  it('says when the network names a class that the manifest does not have', async () => {
    const file = await picture('class.png', 512, 512, [{ ...cell(3, 3), radius: 44, brightness: 0.9 }]);
    const fewer = { ...manifest, classes: [] };
    const other = new Scheduler(fewer, new ModelRunner(fewer, session, 1), { next: () => worker, close: () => Promise.resolve() });
    const job = { sessionId: 1, requestId: 1, path: file, region: { mode: 'full' as const, box: null }, threshold: 0.4, minimumAreaPx: 0 };
    const result = other.infer({ ...job, maskPath: null, probabilityPath: null, wantTiles: false });
    await expect(result).rejects.toMatchObject({ code: 'inference-failed', details: { path: file } });
  });
});
