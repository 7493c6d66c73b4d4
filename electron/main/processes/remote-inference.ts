import type { RemoteAccess } from '#shared/domain/remote-server';
import type { InferencePort } from '#shared/ports/inference';

/**
 * The inference process with the server of the settings: it is told with each call that needs it and keeps it in memory
 * only, so that a new process needs no telling.
 * @param access null = no server is set
 */
export function withRemoteServer(port: InferencePort, access: () => RemoteAccess | null): InferencePort {
  return {
    models: (input) => port.models(input),
    devices: () => port.devices({ remote: access() }),
    checkRemote: (input) => port.checkRemote(input),
    open: (input) => port.open(input.device === 'remote' ? { ...input, remote: access() } : input),
    close: (input) => port.close(input),
    infer: (input) => port.infer(input),
    prioritise: (input) => port.prioritise(input),
    cancel: (input) => port.cancel(input),
    findRegion: (input) => port.findRegion(input),
    measureSpeed: (input) => port.measureSpeed(input),
    compareEngines: (input) => port.compareEngines(input),
    saveProfile: (input) => port.saveProfile(input),
    rethreshold: (input) => port.rethreshold(input),
  };
}
