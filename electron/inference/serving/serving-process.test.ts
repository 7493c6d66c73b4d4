import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RemoteAccess } from '#shared/domain/remote-server';
import { defaultServeLimits } from '#shared/ports/serving';
import { checkRemote, openInference } from '../backends/open-inference';
import { ortCpu } from '../backends/ort-cpu';
import { ModelCatalog } from '../catalog/model-catalog';
import { describeLateConformance } from '../testing/backend-conformance';
import { buildEntries, type BuiltEntries } from '../testing/built-entries';
import { testCertificate, testKey } from '../testing/certificates';
import { catalogFolder, startServing, type ServingProcess } from '../testing/serving-process';

const accessTo = (url: string, token: string | null = null, caFile = ''): RemoteAccess => ({
  server: { url, protocol: 'http', model: '', version: '', caFile },
  token,
});
const running: ServingProcess[] = [];
let folder: string;
let entries: BuiltEntries;

async function start(...args: Parameters<typeof startServing> extends [URL, ...infer R] ? R : never): Promise<ServingProcess> {
  const started = await startServing(entries.serving, ...args);
  running.push(started);
  return started;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-serving-'));
  entries = await buildEntries(folder);
});
afterAll(async () => {
  await Promise.all(running.map(({ port }) => port.stop()));
  await rm(folder, { recursive: true, force: true });
});

describeLateConformance('open-inference on railscope serve', async () => {
  const { info } = await start();
  const { manifest } = await new ModelCatalog(catalogFolder).entry('u2netp-surface');
  return { backend: openInference(accessTo(info.url)), manifest, weightsFile: '', brokenFile: '' };
});

describe('the serving process', () => {
  it('gives the numbers of the local backend, and says whose weights they are', async () => {
    const { info } = await start();
    const catalog = new ModelCatalog(catalogFolder);
    const entry = await catalog.entry('u2netp-surface');
    const weights = await catalog.verifiedWeights(entry, 'fp32');
    const { height, width } = entry.manifest.input;
    const data = Float32Array.from({ length: 5 * 3 * height * width }, (_, at) => ((at * 7919) % 256) / 255);
    const tiles = { image: { dims: [5, 3, height, width], data } };
    const local = await ortCpu.open(entry.manifest, weights.file, { threads: 0 });
    const remote = await openInference(accessTo(info.url)).open(entry.manifest, '', { threads: 0 });
    const [here, there] = [await local.run(tiles), await remote.run(tiles)];
    expect(there['probability']?.dims).toEqual(here['probability']?.dims);
    const worst = there['probability']?.data.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (here['probability']?.data[at] ?? NaN))),
      0,
    );
    // batches of 4 and 1 there, of 5 here: sums may be taken in another order
    expect(worst).toBeLessThan(1e-5);
    expect(remote.remoteWeights).toEqual({ sha256: weights.sha256, precision: 'fp32' });
    expect(remote.device).toBe(`railscope 0.0.0, ${info.url}, u2netp-surface/1`);
    await Promise.all([local.dispose(), remote.dispose()]);
  });

  it('speaks HTTPS with a token, to those who trust its certificate', async () => {
    const files = { certFile: path.join(folder, 'c.pem'), keyFile: path.join(folder, 'k.pem') };
    await writeFile(files.certFile, testCertificate);
    await writeFile(files.keyFile, testKey);
    const { info, log } = await start({ token: 'geheim-42', tls: files });
    expect(info.url).toMatch(/^https:/);
    const { manifest } = await new ModelCatalog(catalogFolder).entry('u2netp-surface');
    const check = await checkRemote(accessTo(info.url, 'geheim-42', files.certFile), manifest);
    expect(check).toMatchObject({ server: 'railscope 0.0.0', model: 'u2netp-surface/1', warnings: [] });
    await expect(checkRemote(accessTo(info.url, 'wrong', files.certFile), manifest)).rejects.toMatchObject({ code: 'server-refused' });
    await expect(checkRemote(accessTo(info.url, 'geheim-42'), manifest)).rejects.toMatchObject({
      code: 'server-unreachable',
      details: { reason: expect.stringMatching(/self-signed/) as string },
    });
    expect(log()).toContain('POST /v2/models/u2netp-surface/infer 200');
    expect(log()).not.toMatch(/geheim|wrong/);
  });

  it('finishes what is in work when it is told to stop, and takes nothing new', async () => {
    const { info, port, child } = await start();
    const { manifest } = await new ModelCatalog(catalogFolder).entry('u2netp-surface');
    const session = await openInference(accessTo(info.url)).open(manifest, '', { threads: 0 });
    const data = new Float32Array(4 * 3 * 352 * 352);
    const run = session.run({ image: { dims: [4, 3, 352, 352], data } });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const stopped = port.call.stop(undefined);
    await expect(run).resolves.toBeDefined();
    await stopped;
    await expect(fetch(`${info.url}/v2`)).rejects.toThrow();
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('does not start open to others without a token, on a taken port, or with an unknown model', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'bad-request' });
    const { info } = await start();
    await expect(start({ port: Number(new URL(info.url).port) })).rejects.toMatchObject({ code: 'address-unusable' });
    await expect(start({ models: ['nope'] })).rejects.toMatchObject({ code: 'model-missing' });
    await expect(
      start({ limits: { ...defaultServeLimits }, tls: { certFile: '/absent', keyFile: '/absent' }, token: 'x' }),
    ).rejects.toMatchObject({
      code: 'address-unusable',
    });
  });
});
