/** Opens a network on a backend: which one, at which precision, with how many threads and tiles per run. */
import type { Engine, ModelManifest, Precision } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { OpenSessionInput } from '#shared/ports/inference';
import type { InferenceBackend, RemoteWeights, Session } from './backends/backend';
import { ortVersion } from './backends/ort-session';
import type { BackendRegistry } from './backends/registry';
import type { CatalogEntry, ModelCatalog } from './catalog/model-catalog';
import { chooseBatch } from './pipeline/batch-choice';
import type { ProfileStore } from './profile/profile-store';

export interface EngineParts {
  readonly catalog: ModelCatalog;
  readonly registry: BackendRegistry;
  /** null = none is used */
  readonly profile: ProfileStore | null;
  /** where measured batch sizes are remembered; null = nowhere */
  readonly batchFile: string | null;
}

export interface OpenedEngine {
  readonly manifest: ModelManifest;
  readonly session: Session;
  readonly engine: Engine;
  readonly batch: number;
  readonly loadMs: number;
}

interface Setting {
  readonly backend: InferenceBackend;
  readonly precision: Precision;
  readonly threads: number;
  /** null = the backend's, or what measuring finds */
  readonly batch: number | null;
}

/**
 * What the wish leaves open comes from the machine's profile where everything is left open, else from the backend.
 * Goes on to the next candidate only where a backend turns out to be unavailable; the device list then says why.
 * @throws model-*, backend-unavailable, server-unreachable, server-refused, out-of-memory
 */
export async function openEngine(parts: EngineParts, wish: OpenSessionInput): Promise<OpenedEngine> {
  const entry = await parts.catalog.entry(wish.modelId);
  const manifest = withTileSize(entry.manifest, wish.sourceTilePx);
  let failure: unknown = null;
  for (const setting of await settings(parts, entry, wish)) {
    const { backend, precision, threads } = setting;
    const weights = backend.remote ? null : await parts.catalog.verifiedWeights(entry, precision);
    const startMs = performance.now();
    try {
      const session = await backend.open(manifest, weights?.file ?? '', { threads });
      const loadMs = performance.now() - startMs;
      return await withBatch(parts, manifest, setting, session, weights ?? requireRemoteWeights(session), loadMs);
    } catch (error) {
      if (!(error instanceof RailscopeError) || error.code !== 'backend-unavailable') throw error;
      failure = error;
    }
  }
  throw failure;
}

async function withBatch(
  { batchFile }: EngineParts,
  manifest: ModelManifest,
  { backend, batch }: Setting,
  session: Session,
  { sha256, precision }: RemoteWeights,
  loadMs: number,
): Promise<OpenedEngine> {
  const engine: Engine = { modelId: manifest.id, modelSha256: sha256, backend: backend.id, device: session.device, precision };
  const measured = async (): Promise<number> => {
    if (!backend.measuresBatch) return backend.batch(manifest.input.batch);
    const key = { modelSha256: sha256, device: session.device, runtime: `onnxruntime ${ortVersion}` };
    return chooseBatch(session, manifest, key, batchFile);
  };
  try {
    return { manifest, session, engine, batch: batch ?? (await measured()), loadMs };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

function requireRemoteWeights({ remoteWeights, device }: Session): RemoteWeights {
  if (remoteWeights) return remoteWeights;
  throw new RailscopeError('internal', `a remote session that says nothing about its weights: ${device}`);
}

/** Settings to try in turn. */
async function settings({ registry, profile }: EngineParts, entry: CatalogEntry, wish: OpenSessionInput): Promise<Setting[]> {
  const candidates = await registry.candidates(wish.device, wish.remote ?? null);
  const limits = entry.manifest.input.batch;
  const plain = candidates.map((backend) => ({
    backend,
    precision: wish.precision ?? precisionFor(backend, entry),
    threads: wish.threads,
    batch: wish.batch ? batchWithin(limits, wish.batch) : null,
  }));
  const isOpen = wish.device === 'auto' && wish.threads === 0 && wish.precision === undefined && !wish.batch;
  const best = isOpen && profile ? await profile.best(entry.manifest) : null;
  const measured = best && candidates.find(({ id }) => id === best.backend);
  if (!best || !measured) return plain;
  const { precision, threads, batch } = best;
  return [{ backend: measured, precision, threads, batch: batchWithin(limits, batch) }, ...plain];
}

/** The first of the backend's precisions that the model has; fp32, the one every model should have, where there is none. */
function precisionFor(backend: InferenceBackend, { manifest }: CatalogEntry): Precision {
  return backend.precisions.find((precision) => manifest.weights.some((weights) => weights.precision === precision)) ?? 'fp32';
}

function batchWithin({ dynamic, preferred, maximum }: ModelManifest['input']['batch'], wanted: number): number {
  return dynamic ? Math.min(maximum, wanted) : preferred;
}

function withTileSize(manifest: ModelManifest, sourceTilePx: number | undefined): ModelManifest {
  if (sourceTilePx === undefined) return manifest;
  const { tiling } = manifest;
  const overlapPx = Math.min(tiling.overlapPx, sourceTilePx >> 1);
  return { ...manifest, tiling: { ...tiling, sourceTilePx, overlapPx } };
}
