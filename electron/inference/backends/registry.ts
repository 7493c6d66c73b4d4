/** The backends in order of preference, and what a device choice means. A fallback happens for `auto` only, and is never silent. */
import type { BackendId, DeviceChoice, DeviceState } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferenceBackend } from './backend';
import { ortCpu } from './ort-cpu';
import { ortCuda } from './ort-cuda';

const wantedBackend: Readonly<Record<Exclude<DeviceChoice, 'auto'>, BackendId>> = {
  cpu: 'ort-cpu',
  cuda: 'ort-cuda',
  ascend: 'ascend-acl',
  remote: 'open-inference',
};

export class BackendRegistry {
  readonly #backends: readonly InferenceBackend[];

  /** @param backends best first */
  constructor(backends: readonly InferenceBackend[] = [ortCuda, ortCpu]) {
    this.#backends = backends;
  }

  async devices(): Promise<DeviceState[]> {
    return Promise.all(this.#backends.map((backend) => backend.probe()));
  }

  /** @throws backend-unavailable naming the reason */
  async choose(choice: DeviceChoice): Promise<InferenceBackend> {
    if (choice !== 'auto') return this.#exactly(wantedBackend[choice]);
    for (const backend of this.#backends) if ((await backend.probe()).available) return backend;
    throw unavailable('ort-cpu', 'no backend is available');
  }

  async #exactly(id: BackendId): Promise<InferenceBackend> {
    const backend = this.#backends.find((candidate) => candidate.id === id);
    if (!backend) throw unavailable(id, 'this version of RailScope does not have this backend');
    const state = await backend.probe();
    if (!state.available) throw unavailable(id, state.reason ?? 'unavailable');
    return backend;
  }
}

function unavailable(backend: BackendId, reason: string): RailscopeError {
  return new RailscopeError('backend-unavailable', `${backend}: ${reason}`, { backend, reason });
}
