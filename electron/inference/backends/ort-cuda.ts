import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { DeviceState } from '#shared/domain/model';
import type { InferenceBackend } from './backend';
import { openOrtSession } from './ort-session';

const DRIVER_NODES = ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'];
const PROVIDER_FILE = 'libonnxruntime_providers_cuda.so';

/** ONNX Runtime on NVIDIA: needs the provider library beside libonnxruntime and a driver. The probe only looks at files. */
export const ortCuda: InferenceBackend = {
  id: 'ort-cuda',
  precisions: ['fp16', 'fp32'],
  probe: async () => {
    const reason = whyUnavailable();
    return {
      backend: 'ort-cuda',
      available: reason === null,
      device: reason === null ? 'CUDA 0' : 'CUDA',
      reason,
      threads: null,
    } satisfies DeviceState;
  },
  open: async (manifest, weightsFile) => {
    const reason = whyUnavailable();
    if (reason !== null) throw new RailscopeError('backend-unavailable', reason, { backend: 'ort-cuda', reason });
    const sessionOptions = { executionProviders: [{ name: 'cuda' as const, deviceId: 0 }], graphOptimizationLevel: 'all' as const };
    return openOrtSession(manifest, weightsFile, { device: 'CUDA 0', threads: 0, sessionOptions });
  },
};

function whyUnavailable(): string | null {
  if (process.platform !== 'linux') return 'CUDA is supported on Linux x64 in this version';
  if (!DRIVER_NODES.some((node) => existsSync(node))) return 'no NVIDIA device is visible (no /dev/nvidia0)';
  const folder = path.join(
    path.dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
    'bin/napi-v6',
    process.platform,
    process.arch,
  );
  return existsSync(path.join(folder, PROVIDER_FILE)) ? null : `${PROVIDER_FILE} is not installed beside ONNX Runtime (${folder})`;
}
