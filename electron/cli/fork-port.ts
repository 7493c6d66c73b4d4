import { fork } from 'node:child_process';
import path from 'node:path';
import { connectNodeChild, type StartedPort } from '#shared/rpc/node-port';
import type { Methods } from '#shared/rpc/rpc';

/**
 * Starts one of our own programs as a child process.
 * @param file bundle below dist/node
 * @param peer name of the process, for error messages
 */
export function forkPort<T extends Methods<T>>(file: string, peer: string): StartedPort<T> {
  const child = fork(path.resolve(file), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // a group of its own: Ctrl-C is for the parent, which lets pictures in work end in order
    detached: process.platform !== 'win32',
  });
  return connectNodeChild<T>(child, peer);
}
