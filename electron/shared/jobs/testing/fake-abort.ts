import type { CancelSignal } from '../abort';

/** An AbortController without any host's types. */
export class FakeAbort {
  readonly #listeners = new Set<() => void>();
  #aborted = false;

  readonly signal: CancelSignal;

  constructor() {
    const isAborted = (): boolean => this.#aborted;
    this.signal = {
      get aborted() {
        return isAborted();
      },
      addEventListener: (_, listener) => void this.#listeners.add(listener),
      removeEventListener: (_, listener) => void this.#listeners.delete(listener),
    };
  }

  abort(): void {
    this.#aborted = true;
    for (const listener of this.#listeners) listener();
  }
}
