/** A session of ONNX Runtime on any of its execution providers. */
import * as ort from 'onnxruntime-node';
import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Session, SessionStats, Tensors } from './backend';
import { tensorOfOrtValue } from './ort-values';
import { outputNames } from './output-names';

export interface OrtOptions {
  readonly sessionOptions: ort.InferenceSession.SessionOptions;
  readonly device: string;
  readonly threads: number;
}

/** of ONNX Runtime */
export const ortVersion = ort.env.versions.node ?? 'unknown';

/** @throws model-invalid, out-of-memory */
export async function openOrtSession(manifest: ModelManifest, weightsFile: string, options: OrtOptions): Promise<Session> {
  const session = await ort.InferenceSession.create(weightsFile, options.sessionOptions).catch((error: unknown) => {
    throw openFailure(error, manifest, weightsFile);
  });
  const wanted = outputNames(manifest);
  for (const [kind, name, names] of [
    ['input', manifest.input.name, session.inputNames] as const,
    ...wanted.map((output) => ['output', output, session.outputNames] as const),
  ]) {
    if (names.includes(name)) continue;
    await session.release();
    const reason = `no ${kind} "${name}", but ${names.join(', ')}`;
    throw new RailscopeError('model-invalid', `${weightsFile}: ${reason}`, { model: manifest.id, path: weightsFile, reason });
  }
  return new OrtSession(session, wanted, options);
}

class OrtSession implements Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly device: string;
  readonly threads: number;
  #session: ort.InferenceSession | null;
  readonly #stats: SessionStats = { runs: 0, runMs: 0 };

  /** @param outputs the ones to compute; the network may have more */
  constructor(session: ort.InferenceSession, outputs: readonly string[], options: OrtOptions) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = outputs;
    this.device = options.device;
    this.threads = options.threads;
  }

  async run(tensors: Tensors, signal?: AbortSignal): Promise<Tensors> {
    if (signal?.aborted) throw new RailscopeError('cancelled', 'cancelled before the run');
    if (!this.#session) throw new RailscopeError('inference-failed', 'the session is closed');
    const feeds = Object.fromEntries(
      Object.entries(tensors).map(([name, { data, dims }]) => [name, new ort.Tensor('float32', data, dims)]),
    );
    const startMs = performance.now();
    const results = await this.#session.run(feeds, this.outputs).catch((error: unknown) => {
      throw runFailure(error);
    });
    this.#stats.runs++;
    this.#stats.runMs += performance.now() - startMs;
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, tensorOfOrtValue(name, value)]));
  }

  stats(): SessionStats {
    return { ...this.#stats };
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.release();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return /failed to allocate|bad_alloc|out of memory|CUDA failure 2/i.test(String(error));
}

function openFailure(error: unknown, manifest: ModelManifest, weightsFile: string): RailscopeError {
  const reason = error instanceof Error ? error.message : String(error);
  const details = { model: manifest.id, path: weightsFile, reason };
  return new RailscopeError(isOutOfMemory(error) ? 'out-of-memory' : 'model-invalid', `${weightsFile}: ${reason}`, details, error);
}

function runFailure(error: unknown): RailscopeError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RailscopeError(isOutOfMemory(error) ? 'out-of-memory' : 'inference-failed', reason, { reason }, error);
}
