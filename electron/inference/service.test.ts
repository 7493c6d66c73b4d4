import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeGreyPng } from '#imaging';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferImageInput } from '#shared/ports/inference';
import type { InferenceBackend } from './backends/backend';
import { ortCpu } from './backends/ort-cpu';
import { BackendRegistry } from './backends/registry';
import { ModelCatalog } from './catalog/model-catalog';
import { startImageWorkers } from './pipeline/worker-pool';
import { ProfileStore } from './profile/profile-store';
import { InferenceService } from './service';
import { buildEntries } from './testing/built-entries';
import { syntheticImage } from './testing/synthetic-image';

/** Passes its probe and then does not load, as CUDA without cuDNN. */
const brokenCuda: InferenceBackend = {
  ...ortCpu,
  id: 'ort-cuda',
  open: () => Promise.reject(new RailscopeError('backend-unavailable', 'no cuDNN', { backend: 'ort-cuda', reason: 'no cuDNN' })),
};

/** A dark line-scan picture: rail head with texture, and a spalled spot on it. */
function railPixel(x: number, y: number): number {
  const texture = (((x * 7919) ^ (y * 104_729)) % 9) / 255;
  if (x < 500 || x >= 800) return 0.01;
  const spot = ((x - 640) / 45) ** 2 + ((y - 380) / 60) ** 2 < 1;
  return (spot ? 0.03 : 0.25) + texture;
}

describe('InferenceService with worker threads and shipped weights', () => {
  let folder: string;
  let service: InferenceService;
  let profile: ProfileStore;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-service-'));
    profile = new ProfileStore(path.join(folder, 'machine-profile.json'), 'test');
    service = new InferenceService({
      catalog: new ModelCatalog(path.resolve(import.meta.dirname, '../../models/catalog')),
      registry: new BackendRegistry([brokenCuda, ortCpu]),
      profile,
      batchFile: null,
      workers: startImageWorkers((await buildEntries(folder)).worker, 1),
    });
  });
  afterAll(async () => {
    await service.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds the spot on a rail, keeps going after a bad picture, and thresholds again', async () => {
    const file = path.join(folder, 'rail.png');
    await writeFile(file, await encodeGreyPng(syntheticImage(1300, 700, { pixel: railPixel }).data as Uint8Array, 1300, 700));
    const bad = path.join(folder, 'bad.png');
    await writeFile(bad, '');
    const { sessionId, engine, ...info } = await service.open({ modelId: 'u2netp-surface', device: 'auto', threads: 0 });
    expect(engine).toMatchObject({ modelId: 'u2netp-surface', backend: 'ort-cpu', precision: 'fp32' });
    expect(engine.modelSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(info).toMatchObject({ batch: 1, threshold: 0.5, minimumAreaPx: 64 });

    const probabilityPath = path.join(folder, 'probability.png');
    const input: InferImageInput = {
      sessionId,
      requestId: 1,
      path: file,
      region: { mode: 'auto', box: null },
      threshold: 0.5,
      minimumAreaPx: 64,
      maskPath: null,
      probabilityPath,
      wantTiles: true,
    };
    const [failed, found] = await Promise.allSettled([service.infer({ ...input, requestId: 2, path: bad }), service.infer(input)]);
    expect(failed).toMatchObject({ status: 'rejected', reason: { code: 'image-empty' } });
    if (found.status !== 'fulfilled') throw found.reason;
    const { instances, tiles, region, tileCount, timings, probabilityBox } = found.value;
    expect(tileCount).toBe(2);
    expect(region.box?.x).toBeGreaterThan(450);
    expect(region.box?.width).toBeLessThan(400);
    expect(tiles.length).toBeGreaterThan(0);
    const onSpot = instances.filter(({ box }) => box.x < 640 && box.x + box.width > 640 && box.y < 380 && box.y + box.height > 380);
    expect(onSpot).toHaveLength(1);
    for (const value of Object.values(timings)) expect(value).toBeGreaterThan(0);

    if (!probabilityBox) throw new Error('no probability map');
    const kept = { modelId: 'u2netp-surface', probabilityPath, probabilityBox, width: 1300, height: 700, minimumAreaPx: 64 };
    expect(await service.rethreshold({ ...kept, threshold: 0.5 })).toEqual({ instances, tiles });
    expect(await service.findRegion({ path: file })).toMatchObject({ box: region.box, header: { width: 1300 } });
    await service.close({ sessionId });
    await expect(service.infer(input)).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('measures speed, compares an engine with itself, and uses what was found best', async () => {
    const wish = { device: 'cpu', precision: null, threads: 1, batch: 2 } as const;
    const speed = await service.measureSpeed({ modelId: 'u2netp-surface', wish, warmups: 0, loops: 2, maximumMs: 60_000 });
    expect(speed).toMatchObject({ threads: 1, batch: 2, engine: { backend: 'ort-cpu', precision: 'fp32' } });
    expect(speed.runsMs).toHaveLength(2);
    expect(speed.peakMemoryBytes).toBeGreaterThan(2 ** 24);

    const other = { ...wish, threads: 2, batch: 1 };
    const file = path.join(folder, 'rail.png');
    const region = { mode: 'auto', box: null } as const;
    const compared = await service.compareEngines({ modelId: 'u2netp-surface', reference: wish, candidate: other, path: file, region });
    expect(compared).toMatchObject({ tiles: 2, probability: 'probability', instances: { reference: 1, candidate: 1, matched: 1 } });
    expect(compared.tensors[0]).toMatchObject({ name: 'probability', elements: 2 * 352 * 352, notFinite: 0, blankTiles: 0 });
    expect(compared.tensors[0]?.maxAbs).toBeLessThan(1e-4);
    expect(compared.mask.bothPx).toBeGreaterThan(0);

    const { modelSha256, backend, device, precision } = speed.engine;
    const best = { modelId: 'u2netp-surface', modelSha256, backend, device, precision, threads: 1, batch: 3, tilesPerSecond: 1 };
    await service.saveProfile(best);
    expect(await profile.entries()).toMatchObject([best]);
    const automatic = await service.open({ modelId: 'u2netp-surface', device: 'auto', threads: 0 });
    expect(automatic).toMatchObject({ threads: 1, batch: 3 });
    const chosen = await service.open({ modelId: 'u2netp-surface', device: 'cpu', threads: 2 });
    expect(chosen).toMatchObject({ threads: 2, batch: 1 });
  });

  it('does not replace a chosen device', async () => {
    await expect(service.open({ modelId: 'u2netp-surface', device: 'cuda', threads: 0 })).rejects.toMatchObject({
      code: 'backend-unavailable',
    });
    await expect(service.open({ modelId: 'unknown', device: 'cpu', threads: 0 })).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('replaces a worker that died', async () => {
    const workers = startImageWorkers((await buildEntries(folder)).worker, 1);
    const first = workers.next();
    const lost = first.findRegion({ path: path.join(folder, 'rail.png') });
    await workers.close();
    await expect(lost).rejects.toMatchObject({ code: 'process-gone' });
    expect(await workers.next().findRegion({ path: path.join(folder, 'rail.png') })).toMatchObject({ header: { width: 1300 } });
    await workers.close();
  });
});
