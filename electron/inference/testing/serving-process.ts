import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { defaultServeLimits, type ServeInfo, type ServeInput, type ServingPort } from '#shared/ports/serving';
import { connectNodeChild, type StartedPort } from '#shared/rpc/node-port';

export const catalogFolder = path.resolve(import.meta.dirname, '../../../models/catalog');

export interface ServingProcess {
  readonly child: ChildProcess;
  readonly port: StartedPort<ServingPort>;
  readonly info: ServeInfo;
  /** the access log so far */
  readonly log: () => string;
}

/** `railscope serve` without the command line: the real process with real networks. @param bundle built entry of the serving process */
export async function startServing(bundle: URL, change: Partial<ServeInput> = {}): Promise<ServingProcess> {
  const child = fork(fileURLToPath(bundle), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, RAILSCOPE_CATALOG: catalogFolder },
    execArgv: [],
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const port = connectNodeChild<ServingPort>(child, 'serving');
  const info = await port.call.start({
    version: '0.0.0',
    models: ['u2netp-surface'],
    device: 'cpu',
    threads: 0,
    host: '127.0.0.1',
    port: 0,
    token: null,
    tls: null,
    limits: defaultServeLimits,
    ...change,
  });
  return { child, port, info, log: () => text };
}
