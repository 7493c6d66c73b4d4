import { availableParallelism, cpus } from 'node:os';
import type { InferenceBackend } from './backend';
import { openOrtSession } from './ort-session';

/** ONNX Runtime on the processor: always there. */
export const ortCpu: InferenceBackend = {
  id: 'ort-cpu',
  precisions: ['fp32', 'int8'],
  probe: async () => ({ backend: 'ort-cpu', available: true, device: processorName(), reason: null, threads: defaultThreads() }),
  open: async (manifest, weightsFile, options) => {
    const threads = options.threads > 0 ? options.threads : defaultThreads();
    return openOrtSession(manifest, weightsFile, {
      device: `${processorName()}, ${threads} threads`,
      threads,
      sessionOptions: {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        // spinning threads would steal the cores that decode the next picture
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      },
    });
  },
};

function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'CPU';
}

/** What the operating system grants (containers included); RAILSCOPE_THREADS overrides it. */
function defaultThreads(): number {
  const wanted = Number(process.env.RAILSCOPE_THREADS);
  return Number.isInteger(wanted) && wanted > 0 ? wanted : Math.max(1, availableParallelism());
}
