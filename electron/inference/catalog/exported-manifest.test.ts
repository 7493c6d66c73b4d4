import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelManifestSchema } from '#shared/domain/model';

const fixtures = path.resolve('models/training/tests/export/fixtures');

/** The training package writes manifests; its own test keeps these fixtures equal to what it writes. */
describe('manifests written by the training package', () => {
  it.each(['manifest-probability.json', 'manifest-instances.json'])('%s is parsed whole', async (file) => {
    const written: unknown = JSON.parse(await readFile(path.join(fixtures, file), 'utf8'));
    expect(modelManifestSchema.parse(written)).toEqual(written);
  });
});
