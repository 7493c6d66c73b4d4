/** The inference process behind its port, independent of how calls reach it. */
import type { DetectedInstance } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import type { ProfileEntry } from '#shared/domain/machine-profile';
import type { Comparison, Speed } from '#shared/domain/measurement';
import { movedThreshold, type DeviceState, type ModelSummary } from '#shared/domain/model';
import type { RemoteAccess, RemoteCheck } from '#shared/domain/remote-server';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import type { MaskTile } from '#shared/masks/types';
import type {
  CompareEnginesInput,
  DevicesInput,
  InferencePort,
  InferImageInput,
  InferImageOutput,
  MeasureSpeedInput,
  OpenSessionInput,
  RethresholdInput,
  SessionInfo,
} from '#shared/ports/inference';
import type { Session } from './backends/backend';
import { cpuThreads } from './backends/cpu-threads';
import { checkRemote } from './backends/open-inference';
import { Measurements } from './measure/measurements';
import { openEngine, type EngineParts } from './open-engine';
import { ModelRunner } from './pipeline/model-runner';
import type { ImageWorkers } from './pipeline/worker-pool';
import type { ProfileStore } from './profile/profile-store';
import { Scheduler } from './scheduler';

export interface InferenceServiceOptions extends EngineParts {
  readonly profile: ProfileStore;
  readonly workers: ImageWorkers;
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
  readonly #measurements: Measurements;
  #nextSessionId = 1;

  constructor(options: InferenceServiceOptions) {
    this.#options = options;
    this.#measurements = new Measurements(options);
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

  async open(input: OpenSessionInput): Promise<SessionInfo> {
    const { manifest, session, engine, batch, loadMs } = await openEngine(this.#options, input);
    const runner = new ModelRunner(manifest, session, batch);
    const warmupStartMs = performance.now();
    await runner.warmUp().catch(async (error: unknown) => {
      await session.dispose();
      throw error;
    });
    const sessionId = this.#nextSessionId++;
    this.#sessions.set(sessionId, { session, scheduler: new Scheduler(manifest, runner, this.#options.workers) });
    return {
      sessionId,
      engine,
      threads: session.threads,
      batch: runner.batch,
      loadMs,
      warmupMs: performance.now() - warmupStartMs,
      kind: manifest.output.kind,
      threshold: movedThreshold(manifest),
      minimumAreaPx: manifest.thresholds.minimumAreaPx,
    };
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
    return this.#options.workers.next().rethreshold({ ...input, manifest });
  }

  measureSpeed(input: MeasureSpeedInput): Promise<Speed> {
    return this.#measurements.speed(input);
  }

  compareEngines(input: CompareEnginesInput): Promise<Comparison> {
    return this.#measurements.compare(input);
  }

  async saveProfile(input: Omit<ProfileEntry, 'runtime' | 'measuredAt'>): Promise<{ path: string }> {
    return { path: await this.#options.profile.save(input) };
  }

  async dispose(): Promise<void> {
    await this.#measurements.dispose();
    for (const sessionId of [...this.#sessions.keys()]) await this.close({ sessionId });
    await this.#options.workers.close();
  }
}
