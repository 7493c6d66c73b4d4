import { Worker } from 'node:worker_threads';
import { createRpcClient } from '#shared/rpc/rpc';
import type { ImageWorkerPort } from './image-worker';

/** Where a task's calls go: each task stays with one worker, tasks are dealt out in turn. */
export interface ImageWorkers {
  forTask(taskId: number): ImageWorkerPort;
  close(): Promise<void>;
}

/**
 * @param entry file of the built worker
 * @param count threads, at least 1
 * A worker that dies takes its pictures with it (`process-gone`) and is replaced.
 */
export function startImageWorkers(entry: URL, count: number): ImageWorkers {
  const workers = Array.from({ length: count }, () => startWorker(entry));
  const assigned = new Map<number, ImageWorkerPort>();
  let turn = 0;
  return {
    forTask: (taskId) => {
      const known = assigned.get(taskId);
      if (known) return known;
      const index = turn++ % workers.length;
      if (workers[index]?.dead()) workers[index] = startWorker(entry);
      const port = (workers[index] ?? startWorker(entry)).port;
      assigned.set(taskId, port);
      if (assigned.size > 1000) for (const old of [...assigned.keys()].slice(0, 500)) assigned.delete(old);
      return port;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function startWorker(entry: URL): { port: ImageWorkerPort; dead: () => boolean; terminate: () => Promise<number> } {
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
  return { port: client.call, dead: () => dead, terminate: () => worker.terminate() };
}
