import { parentPort } from 'node:worker_threads';
import { serveRpc } from '#shared/rpc/rpc';
import { ImageWorker, type ImageWorkerPort } from './image-worker';

const port = parentPort;
if (!port) throw new Error('worker-entry must run as a worker thread');

serveRpc<ImageWorkerPort>(
  {
    post: (message) => port.postMessage(message, tensorOf(message)),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) => void port.on('close', () => listener('closed')),
  },
  new ImageWorker(),
);

/** The memory of an answered tensor, which the worker does not need any more. */
function tensorOf(message: unknown): ArrayBuffer[] {
  const value = typeof message === 'object' && message !== null && 'value' in message ? message.value : null;
  return value instanceof Float32Array && value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
}
