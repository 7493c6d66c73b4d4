/** Entry of the inference process, as Electron's utility process or Node's child process. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InferencePort } from '#shared/ports/inference';
import { transportToParent } from '#shared/rpc/process-transport';
import { serveRpc } from '#shared/rpc/rpc';
import { onDeviceLost } from './backends/ascend-acl';
import { ortVersion } from './backends/ort-session';
import { BackendRegistry } from './backends/registry';
import { ModelCatalog } from './catalog/model-catalog';
import { batchFile, profileFile } from './user-files';
import { startImageWorkers } from './pipeline/worker-pool';
import { ProfileStore } from './profile/profile-store';
import { InferenceService, workerCount } from './service';

const here = path.dirname(fileURLToPath(import.meta.url));
const catalogFolder = process.env.RAILSCOPE_CATALOG ?? path.resolve(here, '../../models/catalog');

// the picture under way is tried again in a new process
onDeviceLost(() => process.exit(1));

const transport = transportToParent(process);
const service = new InferenceService({
  catalog: new ModelCatalog(catalogFolder),
  registry: new BackendRegistry(),
  profile: new ProfileStore(profileFile(), ortVersion),
  batchFile: batchFile(),
  workers: startImageWorkers(new URL('./inference-worker.mjs', import.meta.url), workerCount()),
});
serveRpc<InferencePort>(transport, service);
transport.onClose(() => process.exit(0));
