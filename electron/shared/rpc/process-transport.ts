/**
 * The one place that knows how our processes are joined: Electron's utility processes (the application) and Node's
 * child processes (command line, tests; fork with `serialization: 'advanced'`, so that typed arrays cross).
 * Objects are described by the few members used here; `shared` knows neither Node nor Electron types.
 */
import { RailscopeError } from '../errors/railscope-error';
import type { Transport } from './transport';

interface ParentPortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
}

/** `process` as a child process sees it. */
export interface ChildSelfLike {
  /** set by Electron in utility processes */
  readonly parentPort?: ParentPortLike | undefined;
  /** set by Node in forked processes */
  send?: ((message: unknown, handle?: undefined, options?: undefined, callback?: (error: Error | null) => void) => boolean) | undefined;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** Electron's UtilityProcess. */
export interface UtilityChildLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

/** Node's ChildProcess with an IPC channel. */
export interface NodeChildLike {
  send(message: never, callback?: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number | null, signal: string | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/**
 * The child's end. Electron ends utility processes together with the application, so that only Node's `disconnect`
 * is reported as a close.
 * @param self the global `process`
 * @throws internal when the process was not started by a parent that listens
 */
export function transportToParent(self: ChildSelfLike): Transport {
  const port = self.parentPort;
  if (port) {
    return {
      post: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', (event) => listener(event.data)),
      onClose: () => undefined,
    };
  }
  if (!self.send) throw new RailscopeError('internal', 'this process must be started by RailScope with a message channel');
  return {
    // the callback keeps a vanished parent from becoming an `error` event; `disconnect` follows
    post: (message) => void self.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void self.on('message', listener),
    onClose: (listener) => void self.on('disconnect', () => listener('parent process is gone')),
  };
}

/** The parent's end of a process started with Electron's `utilityProcess.fork`. */
export function transportToUtility(child: UtilityChildLike): Transport {
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => void child.on('exit', (code) => listener(`exit code ${code}`)),
  };
}

/** The parent's end of a process started with Node's `child_process.fork`. */
export function transportToNodeChild(child: NodeChildLike): Transport {
  return {
    post: (message) => void child.send(message as never, () => undefined),
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => {
      let closed = false;
      const close = (reason: string): void => {
        if (!closed) listener(reason);
        closed = true;
      };
      child.on('exit', (code, signal) => close(signal ? `signal ${signal}` : `exit code ${code ?? 'unknown'}`));
      child.on('error', (error) => close(error.message));
    },
  };
}
