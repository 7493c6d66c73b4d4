import type { ModelManifest } from '#shared/domain/model';

/** A manifest of a small network that does not exist; fields can be replaced. */
export function testManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  return {
    schemaVersion: 1,
    id: 'test-model',
    name: { zh: '测试', en: 'Test' },
    architecture: 'none',
    parameters: 1,
    task: 'semantic',
    component: 'rail-surface',
    classes: [{ code: 'defect' }],
    input: { name: 'image', width: 4, height: 4, channels: 3, mean: [0], std: [1], batch: { dynamic: true, preferred: 2, maximum: 4 } },
    tiling: { sourceTilePx: 64, overlapPx: 8, railBand: false },
    output: { name: 'probability', kind: 'probability', channels: 1 },
    thresholds: { probability: 0.5, minimumAreaPx: 0, triage: { clear: 0.5, defect: 0.8 } },
    weights: [{ precision: 'fp32', file: 'weights.onnx', sha256: '0'.repeat(64) }],
    licence: 'none',
    trainingData: [],
    metrics: [],
    ...changes,
  };
}

/** A manifest of a small detector that does not exist. */
export function instanceManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  const { input, thresholds } = testManifest();
  const names = { boxes: 'boxes', scores: 'scores', classes: 'classes', attentions: 'attentions', bases: 'bases' };
  return testManifest({
    task: 'instance',
    classes: [{ code: 'crack' }, { code: 'dent' }],
    input: { ...input, width: 64, height: 32 },
    output: { kind: 'instances', ...names, basisCount: 2, attentionSide: 3, roiSide: 6, basisStride: 4 },
    thresholds: { ...thresholds, instances: { preScore: 0.05, score: 0.35, nmsIou: 0.6, maximumInstances: 100 } },
    ...changes,
  });
}
