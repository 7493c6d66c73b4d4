/** Opens a network on a backend: which one, at which precision, with how many threads and tiles per run. */
import type { Engine, ModelManifest, Precision } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { OpenSessionInput } from '#shared/ports/inference';
import type { InferenceBackend, Session } from './backends/backend';
import type { BackendRegistry } from './backends/registry';
import type { CatalogEntry, ModelCatalog, VerifiedWeights } from './catalog/model-catalog';
import type { ProfileStore } from './profile/profile-store';

export interface EngineParts {
  readonly catalog: ModelCatalog;
  readonly registry: BackendRegistry;
  readonly profile: ProfileStore;
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
  readonly batch: number;
}

/**
 * What the wish leaves open comes from the machine's profile where everything is left open, else from the backend.
 * Goes on to the next candidate only where a backend turns out to be unavailable; the device list then says why.
 * @throws model-*, backend-unavailable, out-of-memory
 */
export async function openEngine(parts: EngineParts, wish: OpenSessionInput): Promise<OpenedEngine> {
  const entry = await parts.catalog.entry(wish.modelId);
  const manifest = withTileSize(entry.manifest, wish.sourceTilePx);
  let failure: unknown = null;
  for (const setting of await settings(parts, entry, wish)) {
    const weights = await parts.catalog.verifiedWeights(entry, setting.precision);
    const startMs = performance.now();
    try {
      const session = await setting.backend.open(manifest, weights.file, { threads: setting.threads });
      return opened(manifest, setting, session, weights, performance.now() - startMs);
    } catch (error) {
      if (!(error instanceof RailscopeError) || error.code !== 'backend-unavailable') throw error;
      failure = error;
    }
  }
  throw failure;
}

function opened(
  manifest: ModelManifest,
  { backend, batch }: Setting,
  session: Session,
  { sha256, precision }: VerifiedWeights,
  loadMs: number,
): OpenedEngine {
  const engine: Engine = { modelId: manifest.id, modelSha256: sha256, backend: backend.id, device: session.device, precision };
  return { manifest, session, engine, batch, loadMs };
}

/** Settings to try in turn. */
async function settings({ registry, profile }: EngineParts, entry: CatalogEntry, wish: OpenSessionInput): Promise<Setting[]> {
  const candidates = await registry.candidates(wish.device);
  const limits = entry.manifest.input.batch;
  const plain = candidates.map((backend) => ({
    backend,
    precision: wish.precision ?? precisionFor(backend, entry),
    threads: wish.threads,
    batch: wish.batch === undefined || wish.batch === 0 ? backend.batch(limits) : batchWithin(limits, wish.batch),
  }));
  const isOpen = wish.device === 'auto' && wish.threads === 0 && wish.precision === undefined && !wish.batch;
  const best = isOpen ? await profile.best(entry.manifest) : null;
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
