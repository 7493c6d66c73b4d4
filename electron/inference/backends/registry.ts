/** The backends in order of preference, and what a device choice means. A fallback happens for `auto` only, and is never silent. */
import { backendOfChoice, type BackendId, type DeviceChoice, type DeviceState } from '#shared/domain/model';
import type { RemoteAccess } from '#shared/domain/remote-server';
import { RailscopeError } from '#shared/errors/railscope-error';
import { aclSimulator, ascendAcl, simulatorVariable } from './ascend-acl';
import type { InferenceBackend } from './backend';
import { openInference } from './open-inference';
import { ortCpu } from './ort-cpu';
import { ortCuda } from './ort-cuda';

/** In the order of `automaticBackends`. */
function allBackends(): InferenceBackend[] {
  const simulator = process.env[simulatorVariable];
  return [ortCuda, ascendAcl, ortCpu, ...(simulator ? [aclSimulator(simulator)] : [])];
}

export class BackendRegistry {
  readonly #backends: readonly InferenceBackend[];

  /** @param backends best first; adding a backend is adding it here */
  constructor(backends: readonly InferenceBackend[] = allBackends()) {
    this.#backends = backends;
  }

  /** @param remote the server to look at as well; null = none is set, and the list says so */
  async devices(remote: RemoteAccess | null = null): Promise<DeviceState[]> {
    return Promise.all([...this.#backends, openInference(remote)].map((backend) => backend.probe()));
  }

  /**
   * The backends to try in turn: the one that was chosen, or for `auto` all that are available, best first.
   * @throws backend-unavailable naming the reason; the list is never empty
   */
  async candidates(choice: DeviceChoice, remote: RemoteAccess | null = null): Promise<InferenceBackend[]> {
    // pictures leave this machine only where that was asked for; opening says what is wrong with the server
    if (choice === 'remote' && remote) return [openInference(remote)];
    if (choice === 'ascend' && this.#backends.some(({ id }) => id === 'acl-sim')) return [await this.#exactly('acl-sim')];
    if (choice !== 'auto') return [await this.#exactly(backendOfChoice[choice])];
    const states = await Promise.all(this.#backends.map((backend) => backend.probe()));
    // a simulator is never anybody's choice but a test's
    const available = this.#backends.filter(({ id }, index) => states[index]?.available && id !== 'acl-sim');
    if (available.length === 0) throw unavailable('ort-cpu', states.map(({ backend, reason }) => `${backend}: ${reason ?? ''}`).join('; '));
    return available;
  }

  async #exactly(id: BackendId): Promise<InferenceBackend> {
    if (id === 'open-inference') throw unavailable(id, 'no server is set');
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
