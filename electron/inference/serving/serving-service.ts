/** The serving process behind its port. */
import { readFile } from 'node:fs/promises';
import { fromErrorInfo, RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { isLoopback } from '#shared/loopback';
import type { ServeInfo, ServeInput, ServingPort } from '#shared/ports/serving';
import { InferenceServer } from './inference-server';
import type { ServedNetwork, SessionWorkerPort } from './session-worker';

export interface ServingServiceOptions {
  readonly worker: SessionWorkerPort;
  /** resolves with the reason when the worker ended */
  readonly workerEnded: Promise<string>;
  readonly log: (line: string) => void;
}

export class ServingService implements ServingPort {
  readonly #options: ServingServiceOptions;
  #server: InferenceServer | null = null;

  constructor(options: ServingServiceOptions) {
    this.#options = options;
  }

  async start(input: ServeInput): Promise<ServeInfo> {
    const { version, host, port, token, tls, limits } = input;
    if (!isLoopback(host) && token === null)
      throw new RailscopeError('bad-request', `${host} is open to other computers: a token is needed`);
    const { networks, failed } = await this.#open(input);
    const { worker, log } = this.#options;
    const certificate = tls && { cert: await readPem(tls.certFile), key: await readPem(tls.keyFile) };
    this.#server = new InferenceServer({ version, worker, log, networks, token, tls: certificate, limits });
    const bound = await this.#server.listen(host, port);
    return {
      url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${bound}`,
      models: networks.map(({ engine }) => ({ id: engine.modelId, engine })),
      failed,
    };
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }

  ended(): Promise<string> {
    return this.#options.workerEnded;
  }

  /** A model that was named must open; of all models those that open are served. */
  async #open({ models, device, threads }: ServeInput): Promise<{ networks: ServedNetwork[]; failed: ServeInfo['failed'] }> {
    const { worker } = this.#options;
    const networks: ServedNetwork[] = [];
    const failed: ServeInfo['failed'] = [];
    let lastError: Error | null = null;
    for (const modelId of models ?? (await worker.usable(undefined))) {
      try {
        networks.push(await worker.open({ modelId, device, threads }));
      } catch (error) {
        if (models) throw error;
        lastError = fromErrorInfo(toErrorInfo(error));
        failed.push({ id: modelId, reason: lastError.message });
      }
    }
    if (networks.length > 0) return { networks, failed };
    throw lastError ?? new RailscopeError('model-missing', 'the model catalogue holds no usable model', { path: 'models/catalog' });
  }
}

async function readPem(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    const details = { address: file, reason: 'the certificate or key file cannot be read' };
    throw new RailscopeError('address-unusable', `${file}: ${details.reason}`, details, error);
  });
}
