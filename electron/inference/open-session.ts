/** Opens a model on the first backend that can have it. */
import type { Precision } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { InferenceBackend, RemoteWeights, Session, SessionOptions } from './backends/backend';
import type { CatalogEntry, ModelCatalog } from './catalog/model-catalog';

export interface OpenedSession {
  readonly backend: InferenceBackend;
  readonly session: Session;
  /** those that run: of the file that was checked, or what a server says about its own */
  readonly weights: RemoteWeights;
}

/**
 * Goes on to the next candidate only where a backend turns out to be unavailable; the device list then says why.
 * @param candidates best first, at least one
 * @throws model-*, backend-unavailable, server-unreachable, server-refused, out-of-memory
 */
export async function openFirstAvailable(
  candidates: readonly InferenceBackend[],
  catalog: ModelCatalog,
  entry: CatalogEntry,
  options: SessionOptions,
): Promise<OpenedSession> {
  let failure: unknown = null;
  for (const backend of candidates) {
    const weights = backend.remote ? null : await catalog.verifiedWeights(entry, precisionFor(backend, entry));
    try {
      const session = await backend.open(entry.manifest, weights?.file ?? '', options);
      return { backend, session, weights: weights ?? requireRemoteWeights(session) };
    } catch (error) {
      if (!(error instanceof RailscopeError) || error.code !== 'backend-unavailable') throw error;
      failure = error;
    }
  }
  throw failure;
}

/** The first of the backend's precisions that the model has; fp32, the one every model should have, where there is none. */
function precisionFor(backend: InferenceBackend, { manifest }: CatalogEntry): Precision {
  return backend.precisions.find((precision) => manifest.weights.some((weights) => weights.precision === precision)) ?? 'fp32';
}

function requireRemoteWeights({ remoteWeights, device }: Session): RemoteWeights {
  if (remoteWeights) return remoteWeights;
  throw new RailscopeError('internal', `a remote session that says nothing about its weights: ${device}`);
}
