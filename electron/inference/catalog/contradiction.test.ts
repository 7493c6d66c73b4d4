import { describe, expect, it } from 'vitest';
import { modelManifestSchema, movedThreshold, type ModelManifest } from '#shared/domain/model';
import { instanceManifest, testManifest } from '../testing/manifests';
import { contradiction } from './contradiction';

const instances = { preScore: 0.05, score: 0.35, nmsIou: 0.6, maximumInstances: 100 };
const { input, output, thresholds } = instanceManifest();

describe('contradiction', () => {
  it('finds none in a network of probabilities or of instances with several classes', () => {
    expect(contradiction(testManifest())).toBeNull();
    expect(contradiction(instanceManifest())).toBeNull();
    expect(modelManifestSchema.parse(JSON.parse(JSON.stringify(instanceManifest())))).toEqual(instanceManifest());
  });

  it.each<[string, ModelManifest]>([
    ['output.channels: 1 channels and 2 classes', testManifest({ classes: [{ code: 'a' }, { code: 'b' }] })],
    ['task: "semantic" does not go with an output of instances', instanceManifest({ task: 'semantic' })],
    ['task: "instance" does not go with an output of probability', testManifest({ task: 'instance' })],
    ['thresholds.instances: missing', instanceManifest({ thresholds: testManifest().thresholds })],
    ['thresholds.instances: given', testManifest({ thresholds: { ...thresholds, instances } })],
    ['thresholds.instances.score: 0.1', instanceManifest({ thresholds: { ...thresholds, instances: { ...instances, score: 0.1 } } })],
    ['output.basisStride: 4 does not divide the input of 66 × 32', instanceManifest({ input: { ...input, width: 66 } })],
    ['output.attentionSide: 14 is more', instanceManifest({ output: { ...output, attentionSide: 14 } as ModelManifest['output'] })],
    ['output: "scores" is named twice', instanceManifest({ output: { ...output, boxes: 'scores' } as ModelManifest['output'] })],
    ['input.mean: 2 values for 3 channels', instanceManifest({ input: { ...input, mean: [0, 0] } })],
  ])('says %s', (reason, manifest) => {
    expect(contradiction(manifest)).toContain(reason);
  });

  it('moves the score of instances, and the probability elsewhere', () => {
    expect(movedThreshold(instanceManifest())).toBe(0.35);
    expect(movedThreshold(testManifest())).toBe(0.5);
  });
});
