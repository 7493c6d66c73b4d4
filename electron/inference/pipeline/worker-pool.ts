import { Worker } from 'node:worker_threads';
import { createRpcClient } from '#shared/rpc/rpc';
import type { ImageWorkerPort } from './image-worker';

/** Where a task's calls go: the caller keeps the port, so that each task stays with one worker. */
export interface ImageWorkers {
  /** the next worker in turn, for a task or a single call */
  next(): ImageWorkerPort;
  close(): Promise<void>;
}

interface StartedWorker {
  readonly port: ImageWorkerPort;
  isDead(): boolean;
  terminate(): Promise<number>;
}

/**
 * A worker that dies takes its pictures with it (their calls fail with `process-gone`) and is replaced.
 * @param entry file of the built worker
 * @param count threads, at least 1
 */
export function startImageWorkers(entry: URL, count: number): ImageWorkers {
  const workers = Array.from({ length: count }, () => startWorker(entry));
  let turn = 0;
  return {
    next: () => {
      const index = turn++ % count;
      const known = workers[index];
      if (known && !known.isDead()) return known.port;
      const started = startWorker(entry);
      workers[index] = started;
      return started.port;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function startWorker(entry: URL): StartedWorker {
  const worker = new Worker(entry);
  let dead = false;
  worker.on('exit', () => (dead = true));
  const client = createRpcClient<ImageWorkerPort>(
    {
      post: (message) => worker.postMessage(message),
      onMessage: (listener) => void worker.on('message', listener),
      onClose: (listener) => {
        worker.on('error', (error) => listener(error.message));
        worker.on('exit', (code) => listener(`exit code ${code}`));
      },
    },
    'image worker',
  );
  return { port: client.call, isDead: () => dead, terminate: () => worker.terminate() };
}
