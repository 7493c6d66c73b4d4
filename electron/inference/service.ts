/** The inference process behind its port, independent of how calls reach it. */
import { availableParallelism } from 'node:os';
import { decodeGreyPng, decodeImage } from '#imaging';
import type { DetectedInstance } from '#shared/domain/defect';
import type { ImageHeader } from '#shared/domain/image';
import type { DeviceState, ModelManifest, ModelSummary } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Box } from '#shared/geometry/box';
import type { MaskTile } from '#shared/masks/types';
import type {
  InferencePort,
  InferImageInput,
  InferImageOutput,
  OpenSessionInput,
  RethresholdInput,
  SessionInfo,
} from '#shared/ports/inference';
import type { Session } from './backends/backend';
import type { BackendRegistry } from './backends/registry';
import type { ModelCatalog } from './catalog/model-catalog';
import { detect } from './pipeline/postprocess';
import { findRailBand } from './pipeline/rail-band';
import type { ImageWorkers } from './pipeline/worker-pool';
import { Scheduler } from './scheduler';

export interface InferenceServiceOptions {
  readonly catalog: ModelCatalog;
  readonly registry: BackendRegistry;
  readonly workers: ImageWorkers;
}

interface OpenSession {
  readonly session: Session;
  readonly scheduler: Scheduler;
}

/** How many decoding threads pay: one keeps two cores' network fed; more cores run networks faster. */
export function workerCount(): number {
  return Math.min(4, Math.max(1, Math.floor(availableParallelism() / 3)));
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

  devices(): Promise<DeviceState[]> {
    return this.#options.registry.devices();
  }

  async open({ modelId, device, threads }: OpenSessionInput): Promise<SessionInfo> {
    const { catalog, registry, workers } = this.#options;
    const entry = await catalog.entry(modelId);
    const backend = await registry.choose(device);
    const { manifest } = entry;
    const precision = backend.precisions.find((candidate) => manifest.weights.some((weights) => weights.precision === candidate)) ?? 'fp32';
    const weights = await catalog.verifiedWeights(entry, precision);
    const loadStartMs = performance.now();
    const session = await backend.open(manifest, weights.file, { threads });
    const warmupStartMs = performance.now();
    await warmUp(manifest, session);
    const sessionId = this.#nextSessionId++;
    const batch = manifest.input.batch.dynamic ? manifest.input.batch.preferred : 1;
    this.#sessions.set(sessionId, { session, scheduler: new Scheduler(manifest, session, workers, batch) });
    return {
      sessionId,
      engine: { modelId, modelSha256: weights.sha256, backend: backend.id, device: session.device, precision },
      threads: session.threads,
      batch,
      loadMs: warmupStartMs - loadStartMs,
      warmupMs: performance.now() - warmupStartMs,
      threshold: manifest.thresholds.probability,
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

  async findRegion({ path }: { path: string }): Promise<{ header: ImageHeader; box: Box | null }> {
    const image = await decodeImage(path, { colour: 'grey' });
    return { header: image.header, box: findRailBand(image) };
  }

  async rethreshold(input: RethresholdInput): Promise<{ instances: DetectedInstance[]; tiles: MaskTile[] }> {
    const { manifest } = await this.#options.catalog.entry(input.modelId);
    const { data, width, height } = await decodeGreyPng(input.probabilityPath);
    const box = input.probabilityBox;
    if (width !== box.width || height !== box.height) {
      throw new RailscopeError('image-changed', 'the kept probability map has another size', { path: input.probabilityPath });
    }
    const { threshold, minimumAreaPx } = input;
    const found = detect(data, box, { threshold, minimumAreaPx, classCode: manifest.classes[0]?.code ?? 'defect' });
    return { instances: found.instances, tiles: found.tiles() };
  }

  async dispose(): Promise<void> {
    for (const sessionId of [...this.#sessions.keys()]) await this.close({ sessionId });
    await this.#options.workers.close();
  }
}

/** The first run allocates and chooses kernels; it must not count as the first picture. */
async function warmUp(manifest: ModelManifest, session: Session): Promise<void> {
  const { name, channels, height, width } = manifest.input;
  await session.run({ [name]: { data: new Float32Array(channels * height * width), dims: [1, channels, height, width] } });
}
