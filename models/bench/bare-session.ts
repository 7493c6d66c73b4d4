/** The network alone: `session.run` on ready tiles, without decoding, cutting, blending or a second process. */
import type { InferenceBackend, Session, Tensors } from '#inference/backends/backend';
import { ortCpu } from '#inference/backends/ort-cpu';
import { ortCuda } from '#inference/backends/ort-cuda';
import { ModelCatalog, type CatalogEntry } from '#inference/catalog/model-catalog';
import { ImageTask } from '#inference/pipeline/image-task';
import { TilePreprocessor } from '#inference/pipeline/preprocess';
import type { SessionInfo } from '#shared/ports/inference';
import type { InspectedImage } from './inference-process';

const backends: readonly InferenceBackend[] = [ortCpu, ortCuda];

export class BareSession {
  readonly #entry: CatalogEntry;
  readonly #session: Session;
  readonly #batch: number;
  readonly #preprocessor: TilePreprocessor;

  private constructor(entry: CatalogEntry, session: Session, batch: number) {
    this.#entry = entry;
    this.#session = session;
    this.#batch = batch;
    this.#preprocessor = new TilePreprocessor(entry.manifest.input);
  }

  /**
   * The same weights on the same backend with the same threads and batch as an open session of the inference process.
   * @param catalogFolder models/catalog
   */
  static async open(catalogFolder: string, { engine, threads, batch }: SessionInfo): Promise<BareSession> {
    const backend = backends.find((candidate) => candidate.id === engine.backend);
    if (!backend) throw new Error(`no bare session for ${engine.backend}`);
    const catalog = new ModelCatalog(catalogFolder);
    const entry = await catalog.entry(engine.modelId);
    const weights = await catalog.verifiedWeights(entry, engine.precision);
    return new BareSession(entry, await backend.open(entry.manifest, weights.file, { threads }), batch);
  }

  /** Runs the tiles that the pipeline ran for this picture. @returns milliseconds inside `session.run` */
  async runTilesOf(image: InspectedImage): Promise<number> {
    let runMs = 0;
    for (const tensors of await this.#batchesOf(image)) {
      const startedMs = performance.now();
      await this.#session.run(tensors);
      runMs += performance.now() - startedMs;
    }
    return runMs;
  }

  async close(): Promise<void> {
    await this.#session.dispose();
  }

  /** @throws Error when these are not as many tiles as the pipeline says it ran: the comparison would be void */
  async #batchesOf({ path, output }: InspectedImage): Promise<Tensors[]> {
    const { manifest } = this.#entry;
    const job = { path, region: output.region, threshold: 1, minimumAreaPx: 0, maskPath: null, probabilityPath: null, wantTiles: false };
    const task = new ImageTask(manifest, job, this.#preprocessor);
    const tiles = await task.prepare();
    if (tiles !== output.tileCount) throw new Error(`${path}: ${tiles} tiles, the pipeline ran ${output.tileCount}`);
    const { name, channels, width, height } = manifest.input;
    const batches: Tensors[] = [];
    for (let from = 0; from < tiles; from += this.#batch) {
      const count = Math.min(this.#batch, tiles - from);
      batches.push({ [name]: { dims: [count, channels, height, width], data: task.tensor(from, count) } });
    }
    return batches;
  }
}
