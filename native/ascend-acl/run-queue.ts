/** Runs that wait for a slot, in order, each with its caller's signal. No device is known here. */
import { AscendError } from './ascend-error';
import type { CheckedInputs, Tensor } from './tensors';

export type Outputs = Record<string, Tensor>;

/** One call of `run` until it is settled. */
export class QueuedRun {
  readonly inputs: CheckedInputs;
  readonly promise: Promise<Outputs>;
  readonly timeoutMs: number;
  readonly queuedMs = performance.now();
  /** failed tries on the device */
  failures = 0;
  #settled = false;
  #resolve: (outputs: Outputs) => void = () => undefined;
  #reject: (error: AscendError) => void = () => undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;

  constructor(inputs: CheckedInputs, timeoutMs: number, signal: AbortSignal | undefined, onAbort: (run: QueuedRun) => void) {
    this.inputs = inputs;
    this.timeoutMs = timeoutMs;
    this.#signal = signal;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#onAbort = () => {
      this.reject(cancelled());
      onAbort(this);
    };
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** A cancelled run may still be on the device; its outputs are thrown away. */
  get settled(): boolean {
    return this.#settled;
  }

  resolve(outputs: Outputs): void {
    this.#settle();
    this.#resolve(outputs);
  }

  reject(error: AscendError): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}

export function cancelled(): AscendError {
  return new AscendError('cancelled', { en: 'the run was cancelled', zh: '推理已取消' });
}

/** First in, first out, with a bound; a run that is tried again goes to the front. */
export class RunQueue {
  readonly #maximum: number;
  #runs: QueuedRun[] = [];
  /** runs before this index are gone; cut off now and then */
  #first = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  get length(): number {
    return this.#runs.length - this.#first;
  }

  /** @throws AscendError busy when it is full */
  add(run: QueuedRun): void {
    if (this.length >= this.#maximum) {
      throw new AscendError('busy', { en: `${this.#maximum} runs are waiting already`, zh: `已有 ${this.#maximum} 个推理在排队` });
    }
    this.#runs.push(run);
  }

  addFirst(run: QueuedRun): void {
    this.#runs.splice(this.#first, 0, run);
  }

  take(): QueuedRun | undefined {
    const run = this.#runs[this.#first];
    if (!run) return undefined;
    this.#first++;
    if (this.#first > 64 && this.#first * 2 > this.#runs.length) {
      this.#runs = this.#runs.slice(this.#first);
      this.#first = 0;
    }
    return run;
  }

  remove(run: QueuedRun): void {
    const index = this.#runs.indexOf(run, this.#first);
    if (index >= 0) this.#runs.splice(index, 1);
  }

  rejectAll(error: AscendError): void {
    for (let run = this.take(); run; run = this.take()) run.reject(error);
  }
}
