/** Entry of the serving process: `railscope serve` starts it as a child. The access log goes to stderr. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ServingPort } from '#shared/ports/serving';
import { transportToParent } from '#shared/rpc/process-transport';
import { createRpcClient, serveRpc } from '#shared/rpc/rpc';
import { ServingService } from './serving-service';
import type { SessionWorkerPort } from './session-worker';

const here = path.dirname(fileURLToPath(import.meta.url));
const catalogFolder = process.env.RAILSCOPE_CATALOG ?? path.resolve(here, '../../models/catalog');

const thread = new Worker(new URL('./serving-worker.mjs', import.meta.url), { workerData: catalogFolder });
const workerEnded = new Promise<string>((resolve) => {
  thread.on('error', (error) => resolve(error.message));
  thread.on('exit', (code) => resolve(`exit code ${code}`));
});
const { call: worker } = createRpcClient<SessionWorkerPort>(
  {
    post: (message) => thread.postMessage(message),
    onMessage: (listener) => void thread.on('message', listener),
    onClose: (listener) => void workerEnded.then(listener),
  },
  'session worker',
);

const transport = transportToParent(process);
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const service = new ServingService({ worker, workerEnded, log });
serveRpc<ServingPort>(transport, service);
transport.onClose(() => process.exit(0));
