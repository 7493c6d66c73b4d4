/** Entry of the inference process, as Electron's utility process or Node's child process. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InferencePort } from '#shared/ports/inference';
import { transportToParent } from '#shared/rpc/process-transport';
import { serveRpc } from '#shared/rpc/rpc';
import { BackendRegistry } from './backends/registry';
import { ModelCatalog } from './catalog/model-catalog';
import { runtimeVersion } from './backends/ort-session';
import { startImageWorkers } from './pipeline/worker-pool';
import { profileFile } from './profile/profile-file';
import { ProfileStore } from './profile/profile-store';
import { InferenceService, workerCount } from './service';

const here = path.dirname(fileURLToPath(import.meta.url));
const catalogFolder = process.env.RAILSCOPE_CATALOG ?? path.resolve(here, '../../models/catalog');

const transport = transportToParent(process);
const service = new InferenceService({
  catalog: new ModelCatalog(catalogFolder),
  registry: new BackendRegistry(),
  profile: new ProfileStore(profileFile(), runtimeVersion),
  workers: startImageWorkers(new URL('./inference-worker.mjs', import.meta.url), workerCount()),
});
serveRpc<InferencePort>(transport, service);
transport.onClose(() => process.exit(0));
