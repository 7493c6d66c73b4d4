/** One waiter, any number of callers; a call while nobody waits is remembered. */
export class Wakeup {
  #called = false;
  #resume: (() => void) | null = null;

  call(): void {
    this.#called = true;
    this.#resume?.();
  }

  async wait(): Promise<void> {
    if (!this.#called) await new Promise<void>((resolve) => (this.#resume = resolve));
    this.#called = false;
    this.#resume = null;
  }
}
