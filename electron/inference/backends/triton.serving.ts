/** Our client against a real NVIDIA Triton, which `npm test -- serving` starts: conformance and equal numbers over both protocols. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RemoteAccess, RemoteProtocol } from '#shared/domain/remote-server';
import { ModelCatalog, type CatalogEntry } from '../catalog/model-catalog';
import { describeLateConformance } from '../testing/backend-conformance';
import type { Session, Tensor, Tensors } from './backend';
import { checkRemote, openInference } from './open-inference';
import { requireProbability } from '../catalog/require-probability';
import { ortCpu } from './ort-cpu';

const catalog = new ModelCatalog(path.resolve(import.meta.dirname, '../../../models/catalog'));
const urls: Record<RemoteProtocol, string> = {
  http: process.env['RAILSCOPE_TRITON_HTTP'] ?? '',
  grpc: process.env['RAILSCOPE_TRITON_GRPC'] ?? '',
};
const accessTo = (protocol: RemoteProtocol, model = ''): RemoteAccess => ({
  server: { url: urls[protocol], protocol, model, version: '', caFile: '' },
  token: null,
});
const protocols = ['http', 'grpc'] as const;

for (const protocol of protocols) {
  describeLateConformance(`open-inference on Triton over ${protocol}`, async () => {
    const { manifest } = await catalog.entry('u2netp-surface');
    return { backend: openInference(accessTo(protocol)), manifest, weightsFile: '', brokenFile: '' };
  });
}

describe('Triton', () => {
  let entry: CatalogEntry;
  let local: Session;
  beforeAll(async () => {
    entry = await catalog.entry('u2netp-surface');
    local = await ortCpu.open(entry.manifest, (await catalog.verifiedWeights(entry, 'fp32')).file, { threads: 0 });
  });
  afterAll(() => local.dispose());

  function pictures(count: number): Tensors {
    const { channels, height, width, name } = entry.manifest.input;
    const data = Float32Array.from({ length: count * channels * height * width }, (_, at) => ((at * 7919) % 256) / 255);
    return { [name]: { dims: [count, channels, height, width], data } };
  }
  const outputOf = (tensors: Tensors): Tensor => tensors[requireProbability(entry.manifest).output.name] ?? { dims: [], data: new Float32Array(0) };

  it.each(protocols)('gives the numbers of the local backend over %s', async (protocol) => {
    const remote = await openInference(accessTo(protocol)).open(entry.manifest, '', { threads: 0 });
    const [here, there] = [outputOf(await local.run(pictures(5))), outputOf(await remote.run(pictures(5)))];
    expect(there.dims).toEqual(here.dims);
    const worst = there.data.reduce((most, value, at) => Math.max(most, Math.abs(value - (here.data[at] ?? NaN))), 0);
    expect(worst).toBeLessThan(1e-5);
    await remote.dispose();
  });

  it.each(protocols)('is checked over %s', async (protocol) => {
    const check = await checkRemote(accessTo(protocol), entry.manifest);
    expect(check).toMatchObject({
      server: expect.stringMatching(/^triton 2\./) as string,
      model: 'u2netp-surface/1',
      warnings: ['weights-unverified'],
    });
    await expect(checkRemote(accessTo(protocol, 'nope'), entry.manifest)).rejects.toMatchObject({
      code: 'server-refused',
      details: { reason: expect.stringContaining("unknown model: 'nope'") as string },
    });
  });

  it.each(protocols)('lets a run be cancelled over %s and goes on', async (protocol) => {
    const remote = await openInference(accessTo(protocol)).open(entry.manifest, '', { threads: 0 });
    const abort = new AbortController();
    const run = remote.run(pictures(8), abort.signal);
    setTimeout(() => abort.abort(), 50);
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(outputOf(await remote.run(pictures(1))).dims).toEqual([1, 1, 352, 352]);
    await remote.dispose();
  });

  it('takes JSON tensors too', async () => {
    const { height, width } = entry.manifest.input;
    const { name, dims, data } = { name: 'image', ...(pictures(1)['image'] as Tensor) };
    const body = JSON.stringify({ inputs: [{ name, datatype: 'FP32', shape: dims, data: Array.from(data) }] });
    const answer = await fetch(`${urls.http}/v2/models/u2netp-surface/infer`, { method: 'POST', body });
    expect(((await answer.json()) as { outputs: { data: number[] }[] }).outputs[0]?.data).toHaveLength(height * width);
  });
});
