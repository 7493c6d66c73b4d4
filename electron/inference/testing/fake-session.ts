import type { Session, Tensors } from '../backends/backend';

/** A session without a network: one output of the input's size that repeats its first channel. Records its batches. */
export class FakeSession implements Session {
  readonly inputs = ['image'];
  readonly outputs = ['probability'];
  readonly device = 'fake';
  readonly threads = 1;
  /** tiles of each run */
  readonly batches: number[] = [];
  /** called before each run; may throw, as a device would */
  beforeRun: (tensors: Tensors) => void = () => undefined;

  async run(tensors: Tensors): Promise<Tensors> {
    this.beforeRun(tensors);
    const input = tensors.image ?? { dims: [0, 0, 0, 0], data: new Float32Array(0) };
    const [count = 0, channels = 0, height = 0, width = 0] = input.dims;
    this.batches.push(count);
    const plane = height * width;
    const data = new Float32Array(count * plane);
    for (let tile = 0; tile < count; tile++)
      data.set(input.data.subarray(tile * channels * plane, tile * channels * plane + plane), tile * plane);
    return { probability: { dims: [count, 1, height, width], data } };
  }

  stats(): { runs: number; runMs: number } {
    return { runs: this.batches.length, runMs: 0 };
  }

  async dispose(): Promise<void> {
    this.batches.length = 0;
  }
}
