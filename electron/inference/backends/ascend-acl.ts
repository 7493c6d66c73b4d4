/**
 * Ascend devices through the ACL addon: `.om` weights, one session over every usable device. The only file that imports
 * native code. `acl-sim` is the same backend on a simulator library; it exists for tests, is labelled wherever it shows,
 * and is there only when RAILSCOPE_ACL_SIM names that library.
 */
import path from 'node:path';
import type { BackendId, DeviceState, ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import { AscendError, AscendPool, probeAscend, type ProbeReport } from '../../../native/ascend-acl/index';
import type { InferenceBackend, Session, SessionStats, Tensor, Tensors } from './backend';
import { outputNames } from './output-names';

/** Names the simulator's library. */
export const simulatorVariable = 'RAILSCOPE_ACL_SIM';
/** Device numbers to use, as "0,2"; all usable ones without it. */
const devicesVariable = 'RAILSCOPE_ASCEND_DEVICES';
/** A probe starts a driver, which takes seconds; what it found is believed for so long. */
const probeLifeMs = 60_000;

let whenDeviceLost: (reason: string) => void = () => undefined;

/** What to do when a device failed again after its reset: only a new process can use it. */
export function onDeviceLost(handler: (reason: string) => void): void {
  whenDeviceLost = handler;
}

/** Ascend NPUs of this machine. */
export const ascendAcl: InferenceBackend = createBackend('ascend-acl', undefined);

/** The simulator at `libraryPath`. */
export function aclSimulator(libraryPath: string): InferenceBackend {
  return createBackend('acl-sim', libraryPath);
}

function createBackend(id: BackendId, libraryPath: string | undefined): InferenceBackend {
  let probed: { readonly report: Promise<ProbeReport>; readonly untilMs: number } | null = null;
  const probe = async (): Promise<ProbeReport> => {
    if (!probed || performance.now() > probed.untilMs) {
      probed = { report: probeAscend({ libraryPath }), untilMs: performance.now() + probeLifeMs };
    }
    return probed.report;
  };
  return {
    id,
    precisions: ['om'],
    batch: ({ preferred }) => preferred,
    probe: async (): Promise<DeviceState> => {
      const report = await probe();
      const devices = chosenDevices(report);
      const reason = report.reason ?? (devices.length === 0 ? `${devicesVariable} names no usable device` : null);
      return { backend: id, available: reason === null, device: deviceName(id, devices), reason, threads: null };
    },
    open: async (manifest, weightsFile) => {
      if (path.extname(weightsFile) === '.onnx') {
        throw unavailable(id, `model ${manifest.id} has no .om weights; convert it with ATC for this chip`);
      }
      const report = await probe();
      const devices = chosenDevices(report);
      if (report.reason !== null || devices.length === 0)
        throw unavailable(id, report.reason ?? `${devicesVariable} names no usable device`);
      const deviceIds = devices.map(({ deviceId }) => deviceId);
      const options = libraryPath === undefined ? { deviceIds } : { deviceIds, libraryPath };
      const pool = await AscendPool.open(weightsFile, options).catch((error: unknown) => {
        throw openFailure(error, id, manifest, weightsFile);
      });
      const fault = modelFault(manifest, pool);
      if (fault === null) return new AscendSession(manifest, pool, deviceName(id, devices));
      await pool.dispose();
      throw invalid(manifest, weightsFile, fault);
    },
  };
}

function chosenDevices({ devices }: ProbeReport): { deviceId: number; socName: string | null }[] {
  const usable = devices.filter(({ failure }) => failure === null);
  const wanted = process.env[devicesVariable];
  if (wanted === undefined || wanted === '') return usable;
  const ids = new Set(wanted.split(',').map(Number));
  return usable.filter(({ deviceId }) => ids.has(deviceId));
}

function deviceName(id: BackendId, devices: readonly { deviceId: number; socName: string | null }[]): string {
  const names = devices.map(({ deviceId, socName }) => `${socName ?? 'Ascend'} ${deviceId}`).join(', ') || 'Ascend';
  return id === 'acl-sim' ? `ACL simulator (no hardware): ${names}` : names;
}

/** @returns why the model is not the manifest's, or null */
function modelFault(manifest: ModelManifest, { description }: AscendPool): string | null {
  const { input } = manifest;
  const names = (tensors: readonly { name: string }[]): string => tensors.map(({ name }) => name).join(', ');
  if (!description.inputs.some(({ name }) => name === input.name)) return `no input "${input.name}", but ${names(description.inputs)}`;
  const missing = outputNames(manifest).find((wanted) => !description.outputs.some(({ name }) => name === wanted));
  if (missing !== undefined) return `no output "${missing}", but ${names(description.outputs)}`;
  const [, channels, height, width] = description.gears[0]?.inputDims[0] ?? [];
  const isShape = channels === input.channels && height === input.height && width === input.width;
  if (!isShape || description.inputs.length !== 1) {
    return `its input is [${description.inputs[0]?.dims.join(', ') ?? ''}], expected [batch, ${input.channels}, ${input.height}, ${input.width}]`;
  }
  const isFloat = [...description.inputs, ...description.outputs].every(({ dataType }) => floatTypes.has(dataType));
  return isFloat ? null : 'its tensors are not floats; convert it without AIPP and with float outputs';
}

/** aclDataType float32, float16, bfloat16 */
const floatTypes: ReadonlySet<number> = new Set([0, 1, 27]);

class AscendSession implements Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly device: string;
  readonly threads = 0;
  readonly #manifest: ModelManifest;
  #pool: AscendPool | null;
  readonly #stats: SessionStats = { runs: 0, runMs: 0 };

  constructor(manifest: ModelManifest, pool: AscendPool, device: string) {
    this.#manifest = manifest;
    this.#pool = pool;
    this.device = device;
    this.inputs = pool.description.inputs.map(({ name }) => name);
    this.outputs = pool.description.outputs.map(({ name }) => name);
  }

  async run(tensors: Tensors, signal?: AbortSignal): Promise<Tensors> {
    if (!this.#pool) throw new RailscopeError('inference-failed', 'the session is closed');
    const { name, channels, height, width } = this.#manifest.input;
    const input = tensors[name];
    const [, ...sample] = input?.dims ?? [];
    if (!input || sample.join() !== [channels, height, width].join()) {
      throw new RailscopeError('inference-failed', `input ${name} has shape [${input?.dims.join(', ') ?? ''}]`);
    }
    const startMs = performance.now();
    const results = await this.#pool.runBatch({ [name]: input.data }, { signal }).catch((error: unknown) => {
      throw runFailure(error);
    });
    this.#stats.runs++;
    this.#stats.runMs += performance.now() - startMs;
    return Object.fromEntries(Object.entries(results).map(([output, value]) => [output, toTensor(output, value)]));
  }

  stats(): SessionStats {
    return { ...this.#stats };
  }

  async dispose(): Promise<void> {
    const pool = this.#pool;
    this.#pool = null;
    await pool?.dispose();
  }
}

function toTensor(name: string, { dims, data }: { dims: readonly number[]; data: unknown }): Tensor {
  if (data instanceof Float32Array) return { dims, data };
  throw new RailscopeError('inference-failed', `output ${name} is no float32`);
}

function unavailable(backend: BackendId, reason: string): RailscopeError {
  return new RailscopeError('backend-unavailable', `${backend}: ${reason}`, { backend, reason });
}

function invalid(manifest: ModelManifest, weightsFile: string, reason: string, cause?: unknown): RailscopeError {
  return new RailscopeError('model-invalid', `${weightsFile}: ${reason}`, { model: manifest.id, path: weightsFile, reason }, cause);
}

function openFailure(error: unknown, id: BackendId, manifest: ModelManifest, weightsFile: string): RailscopeError {
  if (!(error instanceof AscendError)) return new RailscopeError('internal', String(error), {}, error);
  reportLoss(error);
  const reason = `${error.message}. ${error.remedy.en}`;
  switch (error.recovery) {
    case 'free-and-retry':
      return new RailscopeError('out-of-memory', reason, { path: weightsFile, reason }, error);
    case 'fix-model':
    case 'fix-call':
      return invalid(manifest, weightsFile, reason, error);
    case 'ignore':
    case 'retry':
    case 'rebuild':
    case 'environment':
    case 'restart':
    case 'report':
    case 'none':
      return unavailable(id, reason);
  }
}

function runFailure(error: unknown): RailscopeError {
  if (!(error instanceof AscendError)) return new RailscopeError('inference-failed', String(error), {}, error);
  reportLoss(error);
  if (error.kind === 'cancelled') return new RailscopeError('cancelled', error.message, {}, error);
  const reason = `${error.message}. ${error.remedy.en}`;
  if (error.recovery === 'free-and-retry') return new RailscopeError('out-of-memory', reason, { reason }, error);
  return new RailscopeError('inference-failed', reason, { reason }, error);
}

function reportLoss(error: AscendError): void {
  if (error.kind === 'device-lost') whenDeviceLost(error.message);
}
