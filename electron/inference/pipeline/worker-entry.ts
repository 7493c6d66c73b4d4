import { parentPort } from 'node:worker_threads';
import { serveRpc } from '#shared/rpc/rpc';
import { ImageWorker, type ImageWorkerPort } from './image-worker';

const port = parentPort;
if (!port) throw new Error('worker-entry must run as a worker thread');

serveRpc<ImageWorkerPort>(
  {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', () => listener('closed')),
  },
  new ImageWorker(),
);
