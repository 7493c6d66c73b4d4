/**
 * Keeps a child process running: starts it with the first call, again after a crash with growing pauses, and gives up
 * when it keeps failing.
 */
import { RailscopeError } from '#shared/errors/railscope-error';
import { hostTimers, type Timers } from '#shared/jobs/timers';
import { createRpcClient, type Methods, type RpcClient } from '#shared/rpc/rpc';
import type { Transport } from '#shared/rpc/transport';

export interface Child {
  readonly transport: Transport;
  /** ends it at once; `onClose` of the transport follows */
  kill(): void;
}

export interface SupervisorOptions<T> {
  /** of the process, as the log and the error texts show it */
  name: string;
  start(): Child;
  /** runs before the calls that wait are passed to the new process: reopens what was open; reports its own failures */
  onRestarted?(call: T): Promise<void>;
  /** hears of every unexpected end */
  onGone(reason: string, willRestart: boolean): void;
  /** pause before the n-th restart; as many restarts are tried as there are entries */
  backoffMs?: readonly number[];
  /** a process that lived this long counts as healthy again */
  healthyAfterMs?: number;
  now?: () => number;
  timers?: Timers;
}

export interface Supervised<T> {
  /** A call waits while the process starts anew; one that was open when it ended fails with `process-gone`. */
  readonly call: T;
  /** listens across restarts; @returns a function that ends the subscription */
  on(event: string, listener: (payload: unknown) => void): () => void;
  /** starts the process before the first call */
  warmUp(): void;
  /** kills the process; it comes back as after a crash */
  restart(reason: string): void;
  /** kills it for good */
  stop(): void;
}

const defaultBackoffMs = [0, 1_000, 3_000, 10_000, 30_000];

export function supervise<T extends Methods<T>>(options: SupervisorOptions<T>): Supervised<T> {
  const { name, backoffMs = defaultBackoffMs, healthyAfterMs = 60_000, now = Date.now, timers = hostTimers } = options;
  const listeners = new Map<string, Set<(payload: unknown) => void>>();
  let crashes = 0;
  let stopped = false;
  let child: Child | null = null;
  let current: RpcClient<T> | null = null;
  let killReason: string | null = null;
  /** the process that calls go to, now or soon; null before the first start */
  let ready: Promise<RpcClient<T>> | null = null;

  const launch = (): RpcClient<T> => {
    const started = options.start();
    const startedAtMs = now();
    child = started;
    const client = createRpcClient<T>(started.transport, name);
    current = client;
    for (const [event, set] of listeners) subscribe(client, event, set);
    started.transport.onClose((reason) => {
      child = null;
      current = null;
      if (stopped) return;
      if (now() - startedAtMs > healthyAfterMs) crashes = 0;
      ended(killReason ?? reason);
      killReason = null;
    });
    return client;
  };

  const ended = (reason: string): void => {
    const pauseMs = backoffMs[crashes++];
    ready = pauseMs === undefined ? Promise.reject(gone(name, reason)) : relaunch(pauseMs);
    ready.catch(() => undefined);
    options.onGone(reason, pauseMs !== undefined);
  };

  const relaunch = async (pauseMs: number): Promise<RpcClient<T>> => {
    await new Promise<void>((resolve) => void timers.setTimeout(resolve, pauseMs));
    if (stopped) throw gone(name, 'stopped');
    const client = launch();
    await options.onRestarted?.(client.call).catch(() => undefined);
    // where it went again meanwhile, the next start is the one to wait for
    return current === client ? client : (ready ?? client);
  };

  const start = (): Promise<RpcClient<T>> => (ready ??= Promise.resolve(launch()));
  const callMethod = async (method: string, input: unknown): Promise<unknown> => {
    const client = await start();
    return (client.call as Record<string, (input: unknown) => Promise<unknown>>)[method]?.(input);
  };
  /** every method of it calls the process; `then` is none, so that it can be awaited by accident without harm */
  const call = new Proxy({} as T & object, {
    get: (_, method) => (typeof method === 'string' && method !== 'then' ? (input: unknown) => callMethod(method, input) : undefined),
  });
  return {
    call,
    on(event, listener) {
      const known = listeners.get(event);
      const set = known ?? new Set();
      listeners.set(event, set.add(listener));
      if (!known && current) subscribe(current, event, set);
      return () => void set.delete(listener);
    },
    warmUp: () => void start(),
    restart(reason) {
      if (!child) return;
      killReason = reason;
      child.kill();
    },
    stop() {
      stopped = true;
      ready = Promise.reject(gone(name, 'stopped'));
      ready.catch(() => undefined);
      child?.kill();
    },
  };
}

function subscribe(client: Pick<RpcClient<never>, 'on'>, event: string, set: ReadonlySet<(payload: unknown) => void>): void {
  client.on(event, (payload) => {
    for (const listener of set) listener(payload);
  });
}

function gone(name: string, reason: string): RailscopeError {
  return new RailscopeError('process-gone', `${name} process ended: ${reason}`, { process: name, reason });
}
