import type { Bridge } from '#shared/ipc/bridge';
import type { Result } from '#shared/ipc/result';

/** What the bridge needs of Electron. */
export interface BridgePort {
  readonly channels: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  invoke(channel: string, input: unknown): Promise<unknown>;
  /** @returns a function that ends the subscription */
  subscribe(event: string, listener: (payload: unknown) => void): () => void;
  pathForFile(file: object): string;
}

/** The object shown to the window. Names outside the contract are refused before anything leaves the page. */
export function createBridge(port: BridgePort): Bridge {
  const invoke = (channel: string, input: unknown): Promise<Result<unknown>> => {
    if (port.channels.has(channel)) return port.invoke(channel, input) as Promise<Result<unknown>>;
    return Promise.resolve({ ok: false, error: { code: 'bad-request', message: 'unknown channel', details: {} } });
  };
  const on = (event: string, listener: (payload: unknown) => void): (() => void) =>
    port.events.has(event) ? port.subscribe(event, listener) : () => undefined;
  return { invoke, on, pathForFile: (file) => port.pathForFile(file) } as Bridge;
}
