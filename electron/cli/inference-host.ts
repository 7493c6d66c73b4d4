import { RailscopeError } from '#shared/errors/railscope-error';
import type { DeviceChoice, ModelSummary } from '#shared/domain/model';
import type { RemoteAccess } from '#shared/domain/remote-server';
import type { InspectionEngine } from '#shared/jobs/run-inspection';
import type { InferencePort } from '#shared/ports/inference';
import type { StartedPort } from '#shared/rpc/node-port';
import { UsageError, type CliContext } from './context';

export interface SessionWish {
  modelId: string | null;
  device: DeviceChoice;
  threads: number;
  /** the server of device `remote` */
  remote: RemoteAccess | null;
}

/** The inference process of one command: starts it, opens a session, replaces it after a crash, ends it. */
export class InferenceHost {
  readonly #context: CliContext;
  #port: StartedPort<InferencePort>;
  readonly #onAbort = (): void => void this.#endUnlessWorking();
  #working = false;

  constructor(context: CliContext) {
    this.#context = context;
    this.#port = context.ports.startInference();
    context.signal.addEventListener('abort', this.#onAbort);
  }

  /** @throws UsageError for an id that is not in the catalogue; model-missing where the catalogue has no usable model */
  async chooseModel(modelId: string | null): Promise<ModelSummary> {
    const models = await this.#unlessInterrupted(this.#port.call.models(undefined));
    const chosen = modelId === null ? (models.find((model) => model.error === null) ?? models[0]) : models.find(({ id }) => id === modelId);
    if (chosen) return chosen;
    if (modelId !== null) throw new UsageError('usage.unknownModel', { id: modelId, known: models.map(({ id }) => id).join(', ') });
    throw new RailscopeError('model-missing', 'the model catalogue is empty', { path: 'models/catalog' });
  }

  /** @throws model-*, backend-unavailable, out-of-memory, cancelled */
  async open(modelId: string, { device, threads, remote }: SessionWish): Promise<InspectionEngine> {
    const session = await this.#unlessInterrupted(this.#port.call.open({ modelId, device, threads, remote }));
    this.#working = true;
    return { inference: this.#port.call, session };
  }

  /** A new process after the old one died. */
  async reopen(modelId: string, wish: SessionWish): Promise<InspectionEngine> {
    await this.#port.stop();
    this.#port = this.#context.ports.startInference();
    return this.open(modelId, wish);
  }

  get call(): InferencePort {
    return this.#port.call;
  }

  async stop(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#onAbort);
    await this.#port.stop();
  }

  /** Loading a model cannot be cancelled otherwise; once pictures are in work they are cancelled one by one. */
  async #endUnlessWorking(): Promise<void> {
    if (!this.#working) await this.#port.stop();
  }

  async #unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (this.#context.signal.aborted) throw new RailscopeError('cancelled', 'interrupted');
      throw error;
    }
  }
}
