import { describe, expect, it } from 'vitest';
import { requireProbability } from '../catalog/require-probability';
import { testManifest } from '../testing/manifests';
import { matchModel } from './match-model';
import type { ModelMetadata } from './protocol';

const manifest = requireProbability(testManifest());
const image = { name: 'image', datatype: 'FP32', shape: [-1, 3, 4, 4] };
const probability = { name: 'probability', datatype: 'FP32', shape: [-1, 1, -1, -1] };
const metadata = (change: Partial<ModelMetadata> = {}): ModelMetadata => ({
  name: 'm',
  inputs: [image],
  outputs: [probability],
  ...change,
});

describe('matchModel', () => {
  it('takes any number of tiles, or exactly so many', () => {
    expect(matchModel(manifest, metadata())).toEqual({ fixedBatch: null });
    expect(matchModel(manifest, metadata({ inputs: [{ ...image, shape: [3, 3, 4, 4] }] }))).toEqual({ fixedBatch: 3 });
    expect(matchModel(manifest, metadata({ outputs: [{ ...probability, name: 'extra' }, probability] }))).toEqual({ fixedBatch: null });
  });

  it.each<[string, Partial<ModelMetadata>]>([
    ['no input "image", but "pixels"', { inputs: [{ ...image, name: 'pixels' }] }],
    ['no input "image", but none', { inputs: [] }],
    ['an input "scale" that', { inputs: [image, { ...image, name: 'scale' }] }],
    ['no output "probability", but "logits"', { outputs: [{ ...probability, name: 'logits' }] }],
    ['"image" is UINT8, expected FP32', { inputs: [{ ...image, datatype: 'UINT8' }] }],
    ['"image" has shape [any, 4, 4, 3], expected [any, 3, 4, 4]', { inputs: [{ ...image, shape: [-1, 4, 4, 3] }] }],
    ['"image" has shape [3, 4, 4]', { inputs: [{ ...image, shape: [3, 4, 4] }] }],
    ['"probability" has shape [any, 2, any, any]', { outputs: [{ ...probability, shape: [-1, 2, -1, -1] }] }],
    ['takes exactly 5 tiles', { inputs: [{ ...image, shape: [5, 3, 4, 4] }] }],
  ])('says why not: %s', (reason, change) => expect(matchModel(manifest, metadata(change))).toContain(reason));
});
