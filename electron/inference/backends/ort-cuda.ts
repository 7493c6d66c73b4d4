import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';
import { probeOnce } from '../probes/run-probe';
import type { InferenceBackend } from './backend';
import { openOrtSession } from './ort-session';

/** Number of the GPU; the binding of ONNX Runtime for Node passes no other option of the provider on. */
const DEVICE_VARIABLE = 'RAILSCOPE_CUDA_DEVICE';
/**
 * 0 = sums in full 32 bits, equal to the processor's; otherwise matrix products use TF32, which is faster and differs
 * in the third digit. For the whole process, before its first use of CUDA.
 */
const TF32_VARIABLE = 'RAILSCOPE_CUDA_TF32';
/** What NVIDIA's libraries themselves look at. */
const NVIDIA_TF32_VARIABLE = 'NVIDIA_TF32_OVERRIDE';

const DRIVER_NODES = ['dev/nvidia0', 'dev/nvidiactl', 'dev/dxg'];
export const PROVIDER_FILES = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

/** Why the provider could not be loaded although the probe could (memory taken meanwhile, driver replaced); kept for the process. */
let loadFailure: string | null = null;

/**
 * ONNX Runtime on NVIDIA: needs the provider library beside libonnxruntime, a driver, CUDA and cuDNN. Files are looked
 * at first; only where they are all there does a throw-away process really open a session.
 */
export const ortCuda: InferenceBackend = {
  id: 'ort-cuda',
  precisions: ['fp16', 'fp32'],
  measuresBatch: true,
  batch: ({ preferred }) => preferred,
  probe: async () => {
    const reason = await whyUnavailable();
    return { backend: 'ort-cuda', available: reason === null, device: reason === null ? deviceName() : 'CUDA', reason, threads: null };
  },
  open: async (manifest, weightsFile) => {
    const reason = await whyUnavailable();
    if (reason !== null) throw unavailable(reason);
    applyTf32(process.env);
    const provider = { name: 'cuda' as const, deviceId: deviceId() };
    const sessionOptions = { executionProviders: [provider], graphOptimizationLevel: 'all' as const };
    const device = tf32Off(process.env) ? `${deviceName()}, TF32 off` : deviceName();
    try {
      return await openOrtSession(manifest, weightsFile, { device, threads: 0, sessionOptions });
    } catch (error) {
      if (!isProviderFailure(error)) throw error;
      loadFailure = error.message;
      throw unavailable(loadFailure);
    }
  },
};

async function whyUnavailable(): Promise<string | null> {
  if (loadFailure !== null) return loadFailure;
  const missing = whatIsMissing('/', runtimeFolder());
  if (missing !== null) return missing;
  return (await probeOnce('ort', 'cuda', String(deviceId()))).reason;
}

/**
 * By files alone, so that a machine without NVIDIA starts no process.
 * @param root `/`, or what stands for it in tests
 * @param runtime where libonnxruntime lies; null = not installed
 */
export function whatIsMissing(root: string, runtime: string | null): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'CUDA is supported on Linux x64 in this version';
  if (!DRIVER_NODES.some((node) => existsSync(path.join(root, node)))) return 'no NVIDIA device is visible (no /dev/nvidia0)';
  if (runtime === null) return 'onnxruntime-node is not installed';
  const missing = PROVIDER_FILES.filter((file) => !existsSync(path.join(runtime, file)));
  return missing.length === 0 ? null : `not installed beside ONNX Runtime (${runtime}): ${missing.join(', ')}; see "npm run cuda:install"`;
}

/** The card as the driver names it. @param root `/`, or what stands for it in tests */
export function deviceName(root = '/', index = deviceId()): string {
  const folder = path.join(root, 'proc/driver/nvidia/gpus');
  const cards = existsSync(folder) ? readdirSync(folder).sort() : [];
  const file = path.join(folder, cards[index] ?? '', 'information');
  const model = cards[index] !== undefined && existsSync(file) ? /^Model:\s*(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
  return model === undefined ? `CUDA ${index}` : `${model.trim()} (CUDA ${index})`;
}

export function tf32Off(env: NodeJS.ProcessEnv): boolean {
  return env[TF32_VARIABLE] === '0';
}

/** Passes the choice on to NVIDIA's libraries, which read it when they are loaded. */
export function applyTf32(env: NodeJS.ProcessEnv): void {
  if (tf32Off(env)) env[NVIDIA_TF32_VARIABLE] = '0';
}

function deviceId(): number {
  const wanted = Number(process.env[DEVICE_VARIABLE] ?? 0);
  return Number.isInteger(wanted) && wanted >= 0 ? wanted : 0;
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
