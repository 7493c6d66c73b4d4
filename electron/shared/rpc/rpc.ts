/**
 * Calls over a Transport. The method table is a TypeScript interface of asynchronous functions with one argument;
 * errors cross as ErrorInfo and come back as RailscopeError. When the other side goes, every open call fails with
 * `process-gone`.
 */
import type { ErrorInfo } from '../errors/codes';
import { fromErrorInfo, RailscopeError, toErrorInfo } from '../errors/railscope-error';
import type { Transport } from './transport';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint must accept every argument type
export type Methods<T> = { [K in keyof T]: (input: any) => Promise<unknown> };

type Message =
  | { kind: 'call'; id: number; method: string; input: unknown }
  | { kind: 'value'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: ErrorInfo }
  | { kind: 'event'; event: string; payload: unknown };

export interface RpcClient<T extends Methods<T>> {
  readonly call: T;
  /** events of the serving side; @returns a function that ends the subscription */
  on(event: string, listener: (payload: unknown) => void): () => void;
}

/**
 * @param transport the connection; the client is its only reader
 * @param peer name of the other side, for error messages
 */
export function createRpcClient<T extends Methods<T>>(transport: Transport, peer: string): RpcClient<T> {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  let nextId = 1;
  let gone: RailscopeError | null = null;

  transport.onMessage((raw) => {
    const message = raw as Message;
    if (message.kind === 'event') {
      for (const listener of listeners.get(message.event) ?? []) listener(message.payload);
      return;
    }
    if (message.kind === 'call') return;
    const call = open.get(message.id);
    open.delete(message.id);
    if (message.kind === 'value') call?.resolve(message.value);
    else call?.reject(fromErrorInfo(message.error));
  });
  transport.onClose((reason) => {
    gone = new RailscopeError('process-gone', `${peer} process ended: ${reason}`, { process: peer, reason });
    for (const call of open.values()) call.reject(gone);
    open.clear();
  });

  const call = new Proxy({} as T, {
    get:
      (_, method) =>
      (input: unknown): Promise<unknown> =>
        new Promise((resolve, reject) => {
          if (gone) {
            reject(gone);
            return;
          }
          const id = nextId++;
          open.set(id, { resolve, reject });
          transport.post({ kind: 'call', id, method: String(method), input } satisfies Message);
        }),
  });
  const on = (event: string, listener: (payload: unknown) => void): (() => void) => {
    const set = listeners.get(event) ?? new Set();
    listeners.set(event, set.add(listener));
    return () => void set.delete(listener);
  };
  return { call, on };
}

export interface RpcServer {
  emit(event: string, payload: unknown): void;
}

/** Answers calls on `transport` with `methods`; unknown methods answer `bad-request`. */
export function serveRpc<T extends Methods<T>>(transport: Transport, methods: T): RpcServer {
  const table = methods as Record<string, (input: unknown) => Promise<unknown>>;
  transport.onMessage((raw) => {
    const message = raw as Message;
    if (message.kind !== 'call') return;
    void answer(table, message).then((reply) => transport.post(reply));
  });
  return { emit: (event, payload) => transport.post({ kind: 'event', event, payload } satisfies Message) };
}

async function answer(
  table: Record<string, (input: unknown) => Promise<unknown>>,
  call: { id: number; method: string; input: unknown },
): Promise<Message> {
  try {
    // methods of a class lie on its prototype; those of Object are nobody's to call
    const method = call.method in Object.prototype ? undefined : table[call.method];
    if (typeof method !== 'function') throw new RailscopeError('bad-request', `no method ${call.method}`, { method: call.method });
    return { kind: 'value', id: call.id, value: await method.call(table, call.input) };
  } catch (error) {
    return { kind: 'error', id: call.id, error: toErrorInfo(error) };
  }
}
