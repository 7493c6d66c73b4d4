import { utilityProcess } from 'electron';
import { createInterface } from 'node:readline';
import { transportToUtility } from '#shared/rpc/process-transport';
import type { Log } from '../log';
import type { Child } from './supervisor';

export interface UtilityOptions {
  name: string;
  /** absolute path of the bundle */
  modulePath: string;
  env: Record<string, string>;
  log: Log;
}

/** Starts a utility process; its output goes into the log, line by line. */
export function startUtilityProcess(options: UtilityOptions): Child {
  const child = utilityProcess.fork(options.modulePath, [], {
    serviceName: `RailScope ${options.name}`,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => options.log.write('info', options.name, line));
  if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => options.log.write('warning', options.name, line));
  return { transport: transportToUtility(child), kill: () => void child.kill() };
}
