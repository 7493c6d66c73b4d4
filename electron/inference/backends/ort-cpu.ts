import { cpus } from 'node:os';
import type { InferenceBackend } from './backend';
import { cpuThreads } from './cpu-threads';
import { openOrtSession } from './ort-session';

/** ONNX Runtime on the processor: always there. */
export const ortCpu: InferenceBackend = {
  id: 'ort-cpu',
  precisions: ['fp32', 'int8'],
  // as fast per tile as larger batches (measured on 2 cores), and cancel, priority and live thresholds wait for one tile only
  batch: ({ dynamic, preferred }) => (dynamic ? 1 : preferred),
  probe: async () => ({ backend: 'ort-cpu', available: true, device: processorName(), reason: null, threads: cpuThreads() }),
  open: async (manifest, weightsFile, options) => {
    const threads = options.threads > 0 ? options.threads : cpuThreads();
    return openOrtSession(manifest, weightsFile, {
      device: `${processorName()}, ${threads} threads`,
      threads,
      sessionOptions: {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        // as fast on an idle machine; on a busy one spinning threads steal the cores that decode the next picture
        extra: { session: { intra_op: { allow_spinning: '0' } } },
      },
    });
  },
};

function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'CPU';
}
