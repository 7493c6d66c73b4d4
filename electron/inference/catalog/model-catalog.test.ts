import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelManifest } from '#shared/domain/model';
import { testManifest } from '../testing/manifests';
import { ModelCatalog } from './model-catalog';

const shipped = path.resolve(import.meta.dirname, '../../../models/catalog');

describe('ModelCatalog', () => {
  let folder: string;
  let catalog: ModelCatalog;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'railscope-catalog-'));
    catalog = new ModelCatalog(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function addModel(id: string, manifest: ModelManifest | string, weights: string | null = 'weights'): Promise<void> {
    await mkdir(path.join(folder, id));
    await writeFile(path.join(folder, id, 'manifest.json'), typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    if (weights !== null) await writeFile(path.join(folder, id, 'weights.onnx'), weights);
  }
  const sha256 = createHash('sha256').update('weights').digest('hex');
  const good = (id: string): ModelManifest => testManifest({ id, weights: [{ precision: 'fp32', file: 'weights.onnx', sha256 }] });

  it('lists good and broken entries, each with what is wrong', async () => {
    await addModel('a-good', good('a-good'));
    await addModel('b-text', 'no JSON');
    await addModel('c-field', JSON.stringify({ ...good('c-field'), parameters: 'many' }));
    await addModel('d-other-name', good('someone-else'));
    await addModel('e-no-weights', good('e-no-weights'), null);
    await addModel('f-classes', { ...good('f-classes'), output: { name: 'p', kind: 'probability', channels: 3 } });
    await mkdir(path.join(folder, 'g-empty'));
    await mkdir(path.join(folder, '.cache'));
    await writeFile(path.join(folder, 'README.md'), 'not a model');
    const list = await catalog.list();
    expect(list.map(({ id }) => id)).toEqual(['a-good', 'b-text', 'c-field', 'd-other-name', 'e-no-weights', 'f-classes', 'g-empty']);
    expect(list[0]).toMatchObject({ error: null, precisions: ['fp32'], component: 'rail-surface' });
    const errors = list.slice(1).map(({ error }) => error ?? '');
    ['JSON', 'parameters', 'someone-else', 'weights.onnx', 'channels', 'manifest.json'].forEach((part, i) =>
      expect(errors[i]).toContain(part),
    );
  });

  it('lists nothing where there is no catalog', async () => {
    expect(await new ModelCatalog(path.join(folder, 'absent')).list()).toEqual([]);
  });

  it('names the file of a missing or altered weight', async () => {
    await addModel('good', good('good'));
    const entry = await catalog.entry('good');
    expect(await catalog.verifiedWeights(entry, 'fp32')).toEqual({
      file: path.join(folder, 'good/weights.onnx'),
      precision: 'fp32',
      sha256,
    });
    await expect(catalog.verifiedWeights(entry, 'int8')).rejects.toMatchObject({ code: 'model-invalid' });

    await writeFile(path.join(folder, 'good/weights.onnx'), 'altered weights');
    const mismatch = { code: 'model-hash-mismatch', details: { path: path.join(folder, 'good/weights.onnx'), expected: sha256 } };
    await expect(catalog.verifiedWeights(entry, 'fp32')).rejects.toMatchObject(mismatch);

    await rm(path.join(folder, 'good/weights.onnx'));
    const missing = { code: 'model-missing', details: { path: path.join(folder, 'good/weights.onnx') } };
    await expect(catalog.verifiedWeights(entry, 'fp32')).rejects.toMatchObject(missing);
  });

  it('refuses unknown models and names that are paths', async () => {
    await expect(catalog.entry('nothing')).rejects.toMatchObject({ code: 'model-missing' });
    await expect(catalog.entry('../catalog')).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('holds for the models that ship', async () => {
    const ours = new ModelCatalog(shipped);
    const list = await ours.list();
    expect(list.map(({ id, error }) => [id, error])).toEqual([
      ['ocinet-b0-surface', null],
      ['u2netp-surface', null],
    ]);
    for (const { id } of list) expect(await ours.verifiedWeights(await ours.entry(id), 'fp32')).toMatchObject({ precision: 'fp32' });
  });
});
