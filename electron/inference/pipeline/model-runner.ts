import type { ModelManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Session, Tensor, Tensors } from '../backends/backend';
import { checkOutputs } from './output-shapes';

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
   * @returns the manifest's outputs, each with `count` first
   * @throws inference-failed, out-of-memory when not even one tile fits
   */
  async run(tiles: Float32Array, count: number): Promise<Tensors> {
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

  async #runHalves(tiles: Float32Array, count: number): Promise<Tensors> {
    const half = count >> 1;
    this.#batch = Math.min(this.#batch, half);
    const cut = half * this.#tileLength();
    const first = await this.run(tiles.subarray(0, cut), half);
    const second = await this.run(tiles.subarray(cut), count - half);
    return mapTensors(first, (tensor, name) => joined(tensor, second[name]));
  }

  async #runPadded(tiles: Float32Array, count: number): Promise<Tensors> {
    const padded = new Float32Array(this.#batch * this.#tileLength());
    padded.set(tiles);
    const outputs = await this.#runExactly(padded, this.#batch);
    return mapTensors(outputs, ({ dims, data }) => ({
      dims: [count, ...dims.slice(1)],
      data: data.subarray(0, (data.length / this.#batch) * count),
    }));
  }

  async #runExactly(tiles: Float32Array, count: number): Promise<Tensors> {
    const { input } = this.#manifest;
    const outputs = await this.#session.run({
      [input.name]: { data: tiles, dims: [count, input.channels, input.height, input.width] },
    });
    checkOutputs(this.#manifest, outputs, count);
    return outputs;
  }

  #tileLength(): number {
    const { channels, height, width } = this.#manifest.input;
    return channels * height * width;
  }
}

function mapTensors(tensors: Tensors, change: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}

function joined(first: Tensor, second: Tensor | undefined): Tensor {
  if (!second) return first;
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  return { dims: [(first.dims[0] ?? 0) + (second.dims[0] ?? 0), ...first.dims.slice(1)], data };
}
