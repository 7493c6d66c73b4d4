import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferenceBackend } from './backend';
import { openOrtSession } from './ort-session';

const DRIVER_NODES = ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'];
const PROVIDER_FILES = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

/** Why the provider could not be loaded although its files are there (CUDA or cuDNN missing, driver too old); kept for the process. */
let loadFailure: string | null = null;

/** ONNX Runtime on NVIDIA: needs the provider library beside libonnxruntime and a driver. The probe only looks at files. */
export const ortCuda: InferenceBackend = {
  id: 'ort-cuda',
  precisions: ['fp16', 'fp32'],
  batch: ({ preferred }) => preferred,
  probe: async () => {
    const reason = whyUnavailable();
    return { backend: 'ort-cuda', available: reason === null, device: reason === null ? 'CUDA 0' : 'CUDA', reason, threads: null };
  },
  open: async (manifest, weightsFile) => {
    const reason = whyUnavailable();
    if (reason !== null) throw unavailable(reason);
    const sessionOptions = { executionProviders: [{ name: 'cuda' as const, deviceId: 0 }], graphOptimizationLevel: 'all' as const };
    try {
      return await openOrtSession(manifest, weightsFile, { device: 'CUDA 0', threads: 0, sessionOptions });
    } catch (error) {
      if (!isProviderFailure(error)) throw error;
      loadFailure = error.message;
      throw unavailable(loadFailure);
    }
  },
};

function whyUnavailable(): string | null {
  if (loadFailure !== null) return loadFailure;
  if (process.platform !== 'linux') return 'CUDA is supported on Linux x64 in this version';
  if (!DRIVER_NODES.some((node) => existsSync(node))) return 'no NVIDIA device is visible (no /dev/nvidia0)';
  const folder = runtimeFolder();
  if (folder === null) return 'onnxruntime-node is not installed';
  const missing = PROVIDER_FILES.filter((file) => !existsSync(path.join(folder, file)));
  return missing.length === 0 ? null : `not installed beside ONNX Runtime (${folder}): ${missing.join(', ')}`;
}

/** Where libonnxruntime lies; providers are loaded from beside it. */
function runtimeFolder(): string | null {
  try {
    const installed = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    return path.join(path.dirname(installed), 'bin/napi-v6', process.platform, process.arch);
  } catch {
    return null;
  }
}

/** ONNX Runtime reports a provider that does not load like a faulty model; only the text differs. */
function isProviderFailure(error: unknown): error is RailscopeError {
  return (
    error instanceof RailscopeError &&
    error.code === 'model-invalid' &&
    /cuda|cudnn|cublas|provider|\.so\b/i.test(String(error.details.reason))
  );
}

function unavailable(reason: string): RailscopeError {
  return new RailscopeError('backend-unavailable', `ort-cuda: ${reason}`, { backend: 'ort-cuda', reason });
}
