/** The inference process behind its port, independent of how calls reach it. */
import type { DetectedInstance } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import type { DeviceState, ModelManifest, ModelSummary } from '#shared/domain/model';
import type { RemoteAccess, RemoteCheck } from '#shared/domain/remote-server';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import type { MaskTile } from '#shared/masks/types';
import type {
  DevicesInput,
  InferencePort,
  InferImageInput,
  InferImageOutput,
  OpenSessionInput,
  RethresholdInput,
  SessionInfo,
} from '#shared/ports/inference';
import type { InferenceBackend, RemoteWeights, Session } from './backends/backend';
import { cpuThreads } from './backends/cpu-threads';
import { checkRemote } from './backends/open-inference';
import type { BackendRegistry } from './backends/registry';
import { ortVersion } from './backends/ort-session';
import type { ModelCatalog } from './catalog/model-catalog';
import { openFirstAvailable } from './open-session';
import { chooseBatch } from './pipeline/batch-choice';
import { ModelRunner } from './pipeline/model-runner';
import type { ImageWorkers } from './pipeline/worker-pool';
import { Scheduler } from './scheduler';

export interface InferenceServiceOptions {
  readonly catalog: ModelCatalog;
  readonly registry: BackendRegistry;
  readonly workers: ImageWorkers;
  /** where measured batch sizes are remembered; null = nowhere */
  readonly batchFile: string | null;
}

interface OpenSession {
  readonly session: Session;
  readonly scheduler: Scheduler;
}

/** How many decoding threads pay: one keeps two cores' network fed; more cores run networks faster. */
export function workerCount(): number {
  return Math.min(4, Math.max(1, Math.floor(cpuThreads() / 3)));
}

export class InferenceService implements InferencePort {
  readonly #options: InferenceServiceOptions;
  readonly #sessions = new Map<number, OpenSession>();
  #nextSessionId = 1;

  constructor(options: InferenceServiceOptions) {
    this.#options = options;
  }

  models(): Promise<ModelSummary[]> {
    return this.#options.catalog.list();
  }

  devices(input?: DevicesInput): Promise<DeviceState[]> {
    return this.#options.registry.devices(input?.remote ?? null);
  }

  async checkRemote({ remote, modelId }: { remote: RemoteAccess; modelId: string }): Promise<RemoteCheck> {
    const { manifest } = await this.#options.catalog.entry(modelId);
    return checkRemote(remote, manifest);
  }

  async open({ modelId, device, threads, remote }: OpenSessionInput): Promise<SessionInfo> {
    const { catalog, registry, workers } = this.#options;
    const entry = await catalog.entry(modelId);
    const { manifest } = entry;
    const loadStartMs = performance.now();
    const { backend, session, weights } = await openFirstAvailable(await registry.candidates(device, remote ?? null), catalog, entry, {
      threads,
    });
    const warmupStartMs = performance.now();
    const batch = await this.#batchFor(backend, session, manifest, weights).catch(async (error: unknown) => {
      await session.dispose();
      throw error;
    });
    const runner = new ModelRunner(manifest, session, batch);
    await runner.warmUp().catch(async (error: unknown) => {
      await session.dispose();
      throw error;
    });
    const sessionId = this.#nextSessionId++;
    this.#sessions.set(sessionId, { session, scheduler: new Scheduler(manifest, runner, workers) });
    return {
      sessionId,
      engine: { modelId, modelSha256: weights.sha256, backend: backend.id, device: session.device, precision: weights.precision },
      threads: session.threads,
      batch: runner.batch,
      loadMs: warmupStartMs - loadStartMs,
      warmupMs: performance.now() - warmupStartMs,
      threshold: manifest.thresholds.probability,
      minimumAreaPx: manifest.thresholds.minimumAreaPx,
    };
  }

  async #batchFor(backend: InferenceBackend, session: Session, manifest: ModelManifest, weights: RemoteWeights): Promise<number> {
    if (!backend.measuresBatch) return backend.batch(manifest.input.batch);
    const key = { modelSha256: weights.sha256, device: session.device, runtime: `onnxruntime ${ortVersion}` };
    return chooseBatch(session, manifest, key, this.#options.batchFile);
  }

  async close({ sessionId }: { sessionId: number }): Promise<void> {
    const open = this.#sessions.get(sessionId);
    this.#sessions.delete(sessionId);
    open?.scheduler.cancel(null);
    await open?.session.dispose();
  }

  async infer(input: InferImageInput): Promise<InferImageOutput> {
    const open = this.#sessions.get(input.sessionId);
    if (!open) throw new RailscopeError('bad-request', `no session ${input.sessionId}`);
    return open.scheduler.infer(input);
  }

  async prioritise({ requestId }: { requestId: number }): Promise<void> {
    for (const { scheduler } of this.#sessions.values()) scheduler.prioritise(requestId);
  }

  async cancel({ requestId }: { requestId: number | null }): Promise<void> {
    for (const { scheduler } of this.#sessions.values()) scheduler.cancel(requestId);
  }

  async findRegion(input: { path: string }): Promise<{ header: ImageHeader; box: Box | null }> {
    return this.#options.workers.next().findRegion(input);
  }

  async rethreshold(input: RethresholdInput): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }> {
    const { manifest } = await this.#options.catalog.entry(input.modelId);
    return this.#options.workers.next().rethreshold({ ...input, classCode: manifest.classes[0]?.code ?? 'defect' });
  }

  async dispose(): Promise<void> {
    for (const sessionId of [...this.#sessions.keys()]) await this.close({ sessionId });
    await this.#options.workers.close();
  }
}
