/** The networks of the serving process, on a thread of their own: a run blocks its thread, and the server must go on answering. */
import type { DeviceChoice, Engine, ProbabilityManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Session, Tensor } from '../backends/backend';
import { BackendRegistry } from '../backends/registry';
import { ModelCatalog } from '../catalog/model-catalog';
import { requireProbability } from '../catalog/require-probability';
import { openEngine } from '../open-engine';

export interface ServedNetwork {
  readonly manifest: ProbabilityManifest;
  readonly engine: Engine;
}

/** Calls are answered one after the other. */
export interface SessionWorkerPort {
  /** ids of the usable models */
  usable(input: undefined): Promise<string[]>;
  /** opens it and runs it once. @throws model-*, backend-unavailable, out-of-memory */
  open(input: { modelId: string; device: DeviceChoice; threads: number }): Promise<ServedNetwork>;
  /** @throws inference-failed, out-of-memory */
  run(input: { modelId: string; tensor: Tensor }): Promise<Tensor>;
}

export class SessionWorker implements SessionWorkerPort {
  readonly #catalog: ModelCatalog;
  readonly #registry: BackendRegistry;
  readonly #open = new Map<string, { manifest: ProbabilityManifest; session: Session }>();

  constructor(catalog: ModelCatalog, registry: BackendRegistry = new BackendRegistry()) {
    this.#catalog = catalog;
    this.#registry = registry;
  }

  async usable(): Promise<string[]> {
    return (await this.#catalog.list()).filter(({ error, task }) => error === null && task !== 'instance').map(({ id }) => id);
  }

  async open({ modelId, device, threads }: { modelId: string; device: DeviceChoice; threads: number }): Promise<ServedNetwork> {
    const parts = { catalog: this.#catalog, registry: this.#registry, profile: null, batchFile: null };
    const opened = await openEngine(parts, { modelId, device, threads, batch: 1 });
    const { session, engine } = opened;
    const manifest = requireProbability(opened.manifest);
    this.#open.set(modelId, { manifest, session });
    const { batch, channels, height, width } = manifest.input;
    const tiles = batch.dynamic ? 1 : batch.preferred;
    await this.run({
      modelId,
      tensor: { dims: [tiles, channels, height, width], data: new Float32Array(tiles * channels * height * width) },
    });
    return { manifest, engine };
  }

  async run({ modelId, tensor }: { modelId: string; tensor: Tensor }): Promise<Tensor> {
    const open = this.#open.get(modelId);
    if (!open) throw new RailscopeError('internal', `${modelId} is not open`);
    const { input, output } = open.manifest;
    const answer = (await open.session.run({ [input.name]: tensor }))[output.name];
    if (!answer) throw new RailscopeError('inference-failed', `${modelId} gave no output "${output.name}"`);
    return answer;
  }
}
