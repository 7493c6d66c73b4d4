/** The model catalog: one folder per model, each with a manifest.json and its weights. Adding a model is adding a folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '#imaging';
import {
  modelManifestSchema,
  movedThreshold,
  type ModelManifest,
  type ModelSummary,
  type Precision,
  type WeightFile,
} from '#shared/domain/model';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { contradiction } from './contradiction';

export interface CatalogEntry {
  readonly manifest: ModelManifest;
  readonly folder: string;
}

/** Weights whose hash was checked. */
export interface VerifiedWeights {
  readonly file: string;
  readonly precision: Precision;
  readonly sha256: string;
}

export class ModelCatalog {
  readonly #folder: string;
  /** file → what was hashed: a file is hashed again only when its size or time changed */
  readonly #hashes = new Map<string, { key: string; sha256: string }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Every entry; a broken one is listed with what is wrong, so that one bad folder hides no other. */
  async list(): Promise<ModelSummary[]> {
    const names = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    const ids = names.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
    return Promise.all(ids.sort().map((id) => this.#summarise(id)));
  }

  /** @throws model-missing, model-invalid */
  async entry(modelId: string): Promise<CatalogEntry> {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(modelId)) throw new RailscopeError('model-missing', `no model ${modelId}`, { model: modelId });
    const folder = path.join(this.#folder, modelId);
    const file = path.join(folder, 'manifest.json');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new RailscopeError('model-missing', `cannot read ${file}`, { model: modelId, path: file }, error);
    });
    const manifest = parseManifest(text, file, modelId);
    if (manifest.id !== modelId) {
      throw new RailscopeError('model-invalid', `${file} names itself ${manifest.id}`, {
        model: modelId,
        path: file,
        reason: `id is ${manifest.id}`,
      });
    }
    return { manifest, folder };
  }

  /** @throws model-missing when the file is not there, model-hash-mismatch when it is another one, model-invalid without such weights */
  async verifiedWeights({ manifest, folder }: CatalogEntry, precision: Precision): Promise<VerifiedWeights> {
    const model = manifest.id;
    const weights = manifest.weights.find((candidate) => candidate.precision === precision);
    if (!weights) {
      const reason = `no ${precision} weights`;
      throw new RailscopeError('model-invalid', `${model} has ${reason}`, { model, path: folder, reason });
    }
    const file = path.join(folder, weights.file);
    const found = await this.#hash(file, model);
    if (found !== weights.sha256) {
      throw new RailscopeError('model-hash-mismatch', `${file} has sha256 ${found}, expected ${weights.sha256}`, {
        model,
        path: file,
        expected: weights.sha256,
        found,
      });
    }
    return { file, precision, sha256: found };
  }

  async #summarise(id: string): Promise<ModelSummary> {
    try {
      const { manifest, folder } = await this.entry(id);
      return summary(manifest, await missingWeights(manifest.weights, folder));
    } catch (error) {
      return { ...unreadableModel, id, name: { zh: id, en: id }, error: toErrorInfo(error).message };
    }
  }

  async #hash(file: string, model: string): Promise<string> {
    const info = await stat(file).catch((error: unknown) => {
      throw new RailscopeError('model-missing', `cannot read ${file}`, { model, path: file }, error);
    });
    const key = `${info.size}:${info.mtimeMs}`;
    const known = this.#hashes.get(file);
    if (known?.key === key) return known.sha256;
    const sha256 = await hashFile(file).catch((error: unknown) => {
      throw new RailscopeError('model-missing', `cannot read ${file}`, { model, path: file }, error);
    });
    this.#hashes.set(file, { key, sha256 });
    return sha256;
  }
}

const unreadableModel: Omit<ModelSummary, 'id' | 'name' | 'error'> = {
  architecture: '',
  task: 'semantic',
  component: 'any',
  parameters: 0,
  precisions: [],
  threshold: 0.5,
  minimumAreaPx: 0,
  triage: { clear: 0, defect: 1 },
  metrics: [],
  licence: '',
};

function parseManifest(text: string, file: string, model: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RailscopeError('model-invalid', `${file} is not JSON`, { model, path: file, reason: 'not JSON' }, error);
  }
  const parsed = modelManifestSchema.safeParse(json);
  const reason = parsed.success
    ? contradiction(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  if (parsed.success && reason === null) return parsed.data;
  throw new RailscopeError('model-invalid', `${file}: ${reason ?? ''}`, { model, path: file, reason: reason ?? '' });
}

async function missingWeights(weights: readonly WeightFile[], folder: string): Promise<string | null> {
  for (const { file } of weights) {
    const found = await stat(path.join(folder, file)).catch(() => null);
    if (!found?.isFile()) return `weights are missing: ${path.join(folder, file)}`;
  }
  return null;
}

function summary(manifest: ModelManifest, error: string | null): ModelSummary {
  return {
    id: manifest.id,
    name: manifest.name,
    architecture: manifest.architecture,
    task: manifest.task,
    component: manifest.component,
    parameters: manifest.parameters,
    precisions: manifest.weights.map((weights) => weights.precision),
    threshold: movedThreshold(manifest),
    minimumAreaPx: manifest.thresholds.minimumAreaPx,
    triage: manifest.thresholds.triage,
    metrics: manifest.metrics,
    licence: manifest.licence,
    error,
  };
}
