import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Session, Tensor } from '../backends/backend';

/** One network on one session: any number of tiles in, their outputs out, within the batch sizes that both allow. */
export class ModelRunner {
  readonly #manifest: ModelManifest;
  readonly #session: Session;
  #batch: number;

  /** @param batch tiles per run; exactly this many where the network's batch is fixed */
  constructor(manifest: ModelManifest, session: Session, batch: number) {
    this.#manifest = manifest;
    this.#session = session;
    this.#batch = batch;
  }

  /** how many tiles are best given at once; halves for good when memory runs out */
  get batch(): number {
    return this.#batch;
  }

  /**
   * @param tiles `count` tiles as one NCHW tensor
   * @returns [count, channels, height, width]
   * @throws inference-failed, out-of-memory when not even one tile fits
   */
  async run(tiles: Float32Array, count: number): Promise<Tensor> {
    try {
      return this.#manifest.input.batch.dynamic ? await this.#runExactly(tiles, count) : await this.#runPadded(tiles, count);
    } catch (error) {
      const divisible = count > 1 && this.#manifest.input.batch.dynamic;
      if (!divisible || !(error instanceof RailscopeError) || error.code !== 'out-of-memory') throw error;
      return this.#runHalves(tiles, count);
    }
  }

  /** The first run allocates and chooses kernels; it must not count as the first picture. */
  async warmUp(): Promise<void> {
    await this.run(new Float32Array(this.#batch * this.#tileLength()), this.#batch);
  }

  async #runHalves(tiles: Float32Array, count: number): Promise<Tensor> {
    const half = count >> 1;
    this.#batch = Math.min(this.#batch, half);
    const cut = half * this.#tileLength();
    const first = await this.run(tiles.subarray(0, cut), half);
    const second = await this.run(tiles.subarray(cut), count - half);
    const data = new Float32Array(first.data.length + second.data.length);
    data.set(first.data);
    data.set(second.data, first.data.length);
    return { dims: [count, ...first.dims.slice(1)], data };
  }

  async #runPadded(tiles: Float32Array, count: number): Promise<Tensor> {
    const padded = new Float32Array(this.#batch * this.#tileLength());
    padded.set(tiles);
    const { dims, data } = await this.#runExactly(padded, this.#batch);
    return { dims: [count, ...dims.slice(1)], data: data.subarray(0, (data.length / this.#batch) * count) };
  }

  async #runExactly(tiles: Float32Array, count: number): Promise<Tensor> {
    const { input, output } = this.#manifest;
    const tensor = { data: tiles, dims: [count, input.channels, input.height, input.width] };
    const result = (await this.#session.run({ [input.name]: tensor }))[output.name];
    const [batch, channels, height = 0, width = 0] = result?.dims ?? [];
    if (!result || batch !== count || channels !== output.channels || result.data.length !== count * channels * height * width) {
      const reason = `output ${output.name} has shape [${result?.dims.join(', ') ?? ''}]`;
      throw new RailscopeError('inference-failed', reason, { model: this.#manifest.id, reason });
    }
    return result;
  }

  #tileLength(): number {
    const { channels, height, width } = this.#manifest.input;
    return channels * height * width;
  }
}
