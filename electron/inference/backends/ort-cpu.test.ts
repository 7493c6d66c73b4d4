import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelCatalog } from '../catalog/model-catalog';
import { describeConformance } from '../testing/backend-conformance';
import { ortCpu } from './ort-cpu';

describeConformance(ortCpu, async () => {
  const catalog = new ModelCatalog(path.resolve(import.meta.dirname, '../../../models/catalog'));
  const entry = await catalog.entry('u2netp-surface');
  const { file } = await catalog.verifiedWeights(entry, 'fp32');
  return { manifest: entry.manifest, weightsFile: file, brokenFile: fileURLToPath(import.meta.url) };
});
