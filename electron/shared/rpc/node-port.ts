import { hostTimers } from '../jobs/timers';
import { transportToNodeChild, type NodeChildLike } from './process-transport';
import { createRpcClient, type Methods } from './rpc';

/** A served port in a process that this process started with Node's `fork`. */
export interface StartedPort<T> {
  readonly call: T;
  /** lets the process end by itself, and kills it where it does not */
  stop(): Promise<void>;
}

interface StoppableChild extends NodeChildLike {
  readonly connected: boolean;
  readonly exitCode: number | null;
  readonly signalCode: string | null;
  disconnect(): void;
  kill(signal: 'SIGKILL'): boolean;
}

const STOP_TIMEOUT_MS = 5000;

/**
 * @param child forked with `serialization: 'advanced'`
 * @param peer name of the process, for error messages
 */
export function connectNodeChild<T extends Methods<T>>(child: StoppableChild, peer: string): StartedPort<T> {
  const transport = transportToNodeChild(child);
  const { call } = createRpcClient<T>(transport, peer);
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    if (child.connected) child.disconnect();
    const kill = hostTimers.setTimeout(() => void child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    hostTimers.clearTimeout(kill);
  };
  return { call, stop };
}
