import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { serveRpc } from '#shared/rpc/rpc';
import { ModelCatalog } from '../catalog/model-catalog';
import { SessionWorker, type SessionWorkerPort } from './session-worker';

const port = parentPort;
if (!port) throw new Error('serving-worker must run as a worker thread');

serveRpc<SessionWorkerPort>(
  {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', () => listener('closed')),
  },
  new SessionWorker(new ModelCatalog(z.string().parse(workerData))),
);
