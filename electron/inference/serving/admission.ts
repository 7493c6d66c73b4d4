/** How much inference work the server takes on at a time; what is beyond is turned away at once instead of piling up. */
import type { ServeLimits } from '#shared/ports/serving';

export interface Refusal {
  readonly status: 429 | 503;
  readonly reason: string;
  readonly retryAfterS: number;
}

/** Bodies kept in memory at a time, in units of the largest one that is allowed. */
const BUFFERED_BODIES = 4;

export class Admission {
  readonly #limits: ServeLimits;
  readonly #perClient = new Map<string, number>();
  #pending = 0;
  #bufferedBytes = 0;
  #draining = false;
  #whenIdle: (() => void)[] = [];

  constructor(limits: ServeLimits) {
    this.#limits = limits;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /**
   * @param bodyBytes announced length of the body; null = unknown
   * @returns what to call when the request is over, or why it cannot be taken now
   */
  enter(client: string, bodyBytes: number | null): (() => void) | Refusal {
    const { pending, pendingPerClient, bodyBytes: largest } = this.#limits;
    const bytes = Math.min(bodyBytes ?? largest, largest);
    const own = this.#perClient.get(client) ?? 0;
    if (this.#draining) return { status: 503, reason: 'the server is shutting down', retryAfterS: 5 };
    if (own >= pendingPerClient)
      return { status: 429, reason: `more than ${pendingPerClient} requests of one client at a time`, retryAfterS: 1 };
    if (this.#pending >= pending || this.#bufferedBytes + bytes > largest * BUFFERED_BODIES) {
      return { status: 503, reason: 'too many requests wait', retryAfterS: 1 };
    }
    this.#pending++;
    this.#bufferedBytes += bytes;
    this.#perClient.set(client, own + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(client, bytes);
    };
  }

  /** From now on nothing is taken. @returns when what was taken is over */
  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #leave(client: string, bytes: number): void {
    this.#pending--;
    this.#bufferedBytes -= bytes;
    const own = (this.#perClient.get(client) ?? 1) - 1;
    if (own > 0) this.#perClient.set(client, own);
    else this.#perClient.delete(client);
    if (this.#pending > 0) return;
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle = [];
  }
}
