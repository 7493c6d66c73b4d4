/** A network on a server: each run is cut into requests of a size that the server takes, several of them in flight. */
import type { ProbabilityManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ModelAddress, ProtocolClient, WireTensor } from '../open-inference/protocol';
import { withRetries, type RetryPolicy } from '../open-inference/retry';
import { Semaphore } from '../open-inference/semaphore';
import { ServerFailure, toRailscopeError } from '../open-inference/server-failure';
import type { RemoteWeights, Session, SessionStats, Tensor, Tensors } from './backend';

export interface RemoteSessionOptions {
  readonly client: ProtocolClient;
  readonly model: ModelAddress;
  readonly manifest: ProbabilityManifest;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** name and version that the server gives itself; may be empty */
  readonly serverName: string;
  /** its address, for texts */
  readonly server: string;
  /** name and version of the network there */
  readonly modelName: string;
  readonly weights: RemoteWeights;
  /** tiles that every request must hold; null = up to the manifest's preferred batch */
  readonly fixedBatch: number | null;
  /** whether the server takes raw tensors; null = it did not say, the first run finds out */
  readonly binary: boolean | null;
  readonly retry: RetryPolicy;
  /** requests in flight */
  readonly concurrency: number;
}

/** Room for numbers written out in JSON, signs and exponents included. */
const ANSWER_BYTES_PER_VALUE = 32;
const ANSWER_BYTES_BESIDES = 1_000_000;

export class RemoteSession implements Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly device: string;
  readonly threads = 0;
  readonly remoteWeights: RemoteWeights;
  readonly #options: RemoteSessionOptions;
  readonly #stats: SessionStats = { runs: 0, runMs: 0 };
  readonly #requests: Semaphore;
  readonly #closed = new AbortController();
  #binary: boolean | null;

  constructor(options: RemoteSessionOptions) {
    this.#options = options;
    this.inputs = options.inputs;
    this.outputs = options.outputs;
    this.device = [options.serverName, options.server, options.modelName].filter(Boolean).join(', ');
    this.remoteWeights = options.weights;
    this.#binary = options.binary;
    this.#requests = new Semaphore(options.concurrency);
  }

  get serverName(): string {
    return this.#options.serverName;
  }

  get modelName(): string {
    return this.#options.modelName;
  }

  /** whether numbers are written out in JSON, since the server takes nothing better; known after the first run */
  get usesJson(): boolean {
    return this.#binary === false;
  }

  async run(tensors: Tensors, signal?: AbortSignal): Promise<Tensors> {
    if (signal?.aborted) throw new RailscopeError('cancelled', 'cancelled before the run');
    if (this.#closed.signal.aborted) throw new RailscopeError('inference-failed', 'the session is closed');
    const failed = new AbortController();
    const until = AbortSignal.any([failed.signal, this.#closed.signal, ...(signal ? [signal] : [])]);
    const startMs = performance.now();
    const parts = this.#cut(tensors).map((part) => this.#requests.run(() => this.#answer(part, until)));
    try {
      const answers = await Promise.all(parts);
      this.#stats.runs++;
      this.#stats.runMs += performance.now() - startMs;
      return joined(answers);
    } catch (error) {
      failed.abort();
      await Promise.allSettled(parts);
      throw toRailscopeError(error, this.#options.server);
    }
  }

  stats(): SessionStats {
    return { ...this.#stats };
  }

  async dispose(): Promise<void> {
    this.#closed.abort();
    this.#options.client.close();
  }

  /** Every input has the tiles on its first axis. */
  #cut(tensors: Tensors): Part[] {
    const { fixedBatch, manifest } = this.#options;
    const entries = Object.entries(tensors);
    const total = Math.max(1, entries[0]?.[1].dims[0] ?? 1);
    const size = fixedBatch ?? manifest.input.batch.preferred;
    return Array.from({ length: Math.ceil(total / size) }, (_, at) => {
      const from = at * size;
      const count = Math.min(size, total - from);
      const sent = fixedBatch ?? count;
      return { count, sent, inputs: entries.map(([name, tensor]) => slice(name, tensor, { from, count, sent, total })) };
    });
  }

  async #answer(part: Part, signal: AbortSignal): Promise<Tensors> {
    if (this.#binary !== null) return this.#exchange(part, this.#binary, signal);
    try {
      const answer = await this.#exchange(part, true, signal);
      this.#binary = true;
      return answer;
    } catch (error) {
      if (!(error instanceof ServerFailure) || error.facts.retryable || error.facts.code === 'cancelled') throw error;
      const answer = await this.#exchange(part, false, signal);
      this.#binary = false;
      return answer;
    }
  }

  async #exchange({ inputs, count, sent }: Part, binary: boolean, signal: AbortSignal): Promise<Tensors> {
    const { client, model, manifest, retry } = this.#options;
    const { height, width } = manifest.input;
    const answerLimitBytes = sent * manifest.output.channels * height * width * ANSWER_BYTES_PER_VALUE + ANSWER_BYTES_BESIDES;
    const outputs = [manifest.output.name];
    const tensors = await withRetries(() => client.infer({ model, inputs, outputs, binary, answerLimitBytes }, signal), retry, signal);
    return Object.fromEntries(tensors.map((tensor) => [tensor.name, firstTiles(tensor, count, sent)]));
  }
}

interface Part {
  /** tiles that were asked for */
  readonly count: number;
  /** tiles in the request, padding included */
  readonly sent: number;
  readonly inputs: readonly WireTensor[];
}

/** An input that is not `total` tiles long goes as it is: the server says what is wrong with it. */
function slice(
  name: string,
  { dims, data }: Tensor,
  { from, count, sent, total }: { from: number; count: number; sent: number; total: number },
): WireTensor {
  const length = data.length / total;
  if (dims[0] !== total || !Number.isInteger(length)) return { name, shape: dims, data };
  const tiles = data.subarray(from * length, (from + count) * length);
  const shape = [sent, ...dims.slice(1)];
  if (sent === count) return { name, shape, data: tiles };
  const padded = new Float32Array(sent * length);
  padded.set(tiles);
  return { name, shape, data: padded };
}

function firstTiles({ name, shape, data }: WireTensor, count: number, sent: number): Tensor {
  if (shape[0] !== sent) {
    const facts = { code: 'inference-failed', retryable: false } as const;
    throw new ServerFailure(`output "${name}" holds ${shape[0] ?? 0} tiles instead of ${sent}`, facts);
  }
  return { dims: [count, ...shape.slice(1)], data: data.subarray(0, (data.length / sent) * count) };
}

function joined(answers: readonly Tensors[]): Tensors {
  const [first = {}] = answers;
  if (answers.length === 1) return first;
  return Object.fromEntries(
    Object.entries(first).map(([name, { dims }]) => {
      const parts = answers.map((answer) => answer[name]).filter((part) => part !== undefined);
      const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
      let at = 0;
      for (const part of parts) {
        data.set(part.data, at);
        at += part.data.length;
      }
      const count = parts.reduce((tiles, part) => tiles + (part.dims[0] ?? 0), 0);
      return [name, { dims: [count, ...dims.slice(1)], data }];
    }),
  );
}
