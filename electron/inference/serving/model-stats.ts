/** Counters of one model since the start, in the words of the protocol's statistics extension. */
import { MODEL_VERSION } from './route';

interface Duration {
  count: number;
  ns: number;
}

const add = (duration: Duration, milliseconds: number): void => {
  duration.count++;
  duration.ns += Math.round(milliseconds * 1e6);
};

export class ModelStats {
  readonly #name: string;
  readonly #success: Duration = { count: 0, ns: 0 };
  readonly #fail: Duration = { count: 0, ns: 0 };
  readonly #queue: Duration = { count: 0, ns: 0 };
  readonly #compute: Duration = { count: 0, ns: 0 };
  #tiles = 0;

  constructor(name: string) {
    this.#name = name;
  }

  succeeded(tiles: number, { totalMs, queueMs, computeMs }: { totalMs: number; queueMs: number; computeMs: number }): void {
    this.#tiles += tiles;
    add(this.#success, totalMs);
    add(this.#queue, queueMs);
    add(this.#compute, computeMs);
  }

  failed(totalMs: number): void {
    add(this.#fail, totalMs);
  }

  toJson(): object {
    const inference_stats = { success: this.#success, fail: this.#fail, queue: this.#queue, compute_infer: this.#compute };
    const counts = { inference_count: this.#tiles, execution_count: this.#success.count };
    return { model_stats: [{ name: this.#name, version: MODEL_VERSION, ...counts, inference_stats }] };
  }
}
