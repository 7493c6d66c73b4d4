import { serveRpc, type Methods, type RpcServer } from '#shared/rpc/rpc';
import type { Transport } from '#shared/rpc/transport';
import type { Child } from '../processes/supervisor';

export interface FakeChild extends Child {
  readonly server: RpcServer;
  /** as if the process ended by itself */
  crash(reason: string): void;
}

/** A child process that lives in this one: messages are cloned, as between processes, and arrive later. */
export function startFakeChild<T extends Methods<T>>(methods: T): FakeChild {
  const here = new Side();
  const there = new Side();
  here.peer = there;
  there.peer = here;
  const crash = (reason: string): void => {
    here.close(reason);
    there.close(reason);
  };
  return { transport: here, server: serveRpc(there, methods), crash, kill: () => crash('killed') };
}

class Side implements Transport {
  peer: Side | null = null;
  #closed = false;
  readonly #messages: ((message: unknown) => void)[] = [];
  readonly #closes: ((reason: string) => void)[] = [];

  post(message: unknown): void {
    const copy = structuredClone(message);
    setImmediate(() => this.peer?.receive(copy));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messages.push(listener);
  }

  onClose(listener: (reason: string) => void): void {
    this.#closes.push(listener);
  }

  receive(message: unknown): void {
    if (!this.#closed) for (const listener of this.#messages) listener(message);
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closes) listener(reason);
  }
}
