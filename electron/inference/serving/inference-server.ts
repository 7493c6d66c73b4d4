/** The Open Inference Protocol over HTTP, for the networks of one session worker. */
import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import type { AddressInfo } from 'node:net';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ServeLimits } from '#shared/ports/serving';
import { BINARY_EXTENSION, FLOAT_DATATYPE, HEADER_LENGTH } from '../open-inference/protocol';
import { Semaphore } from '../open-inference/semaphore';
import { refuseStrangers } from './access-control';
import { Admission } from './admission';
import { HttpError } from './http-error';
import { readInferRequest, writeInferAnswer, type InferAnswer, type InferRequest } from './infer-request';
import { ModelStats } from './model-stats';
import { announcedLength, drain, readBody } from './read-body';
import { MODEL_VERSION, routeOf, type Route } from './route';
import type { ServedNetwork, SessionWorkerPort } from './session-worker';

export interface InferenceServerOptions {
  readonly version: string;
  readonly networks: readonly ServedNetwork[];
  readonly worker: Pick<SessionWorkerPort, 'run'>;
  /** null = loopback only */
  readonly token: string | null;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  readonly limits: ServeLimits;
  /** receives one line per request: never a payload, a token or a query */
  readonly log: (line: string) => void;
}

const MAXIMUM_CONNECTIONS = 256;
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;
const CHECK_EVERY_MS = 1_000;

interface Model extends ServedNetwork {
  readonly stats: ModelStats;
}

export class InferenceServer {
  readonly #options: InferenceServerOptions;
  readonly #models: ReadonlyMap<string, Model>;
  readonly #admission: Admission;
  /** the session worker runs one network at a time; those who wait here can still give up */
  readonly #turn = new Semaphore(1);
  readonly #server: http.Server;

  constructor(options: InferenceServerOptions) {
    this.#options = options;
    this.#models = new Map(
      options.networks.map((network) => [network.manifest.id, { ...network, stats: new ModelStats(network.manifest.id) }]),
    );
    this.#admission = new Admission(options.limits);
    const { requestTimeoutMs } = options.limits;
    const timeouts = {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    };
    this.#server = options.tls ? https.createServer({ ...timeouts, ...options.tls, minVersion: 'TLSv1.2' }) : http.createServer(timeouts);
    this.#server.maxConnections = MAXIMUM_CONNECTIONS;
    this.#server.on('request', (request, response) => void this.#answer(request, response, false));
    // the body is asked for only when the request is taken
    this.#server.on(
      'checkContinue',
      (request: http.IncomingMessage, response: http.ServerResponse) => void this.#answer(request, response, true),
    );
  }

  /** @param port 0 = a free one. @returns the port. @throws address-unusable */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const details = { address: `${host}:${port}`, reason: error.message };
        reject(new RailscopeError('address-unusable', `${details.address}: ${error.message}`, details, error));
      });
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes no more requests, waits for those in work within the limit, closes. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const patience = new Promise<void>((resolve) => setTimeout(resolve, this.#options.limits.shutdownMs).unref());
    await Promise.race([this.#admission.drain(), patience]);
    // answers are on their way to clients that read; the others had their time
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 50)), closed]);
    this.#server.closeAllConnections();
    await closed;
  }

  /** Never rejects: whatever fails becomes an answer. */
  async #answer(request: http.IncomingMessage, response: http.ServerResponse, asksFirst: boolean): Promise<void> {
    const startMs = performance.now();
    const { method = '', url = '', socket } = request;
    response.on('close', () => {
      const path = (url.split('?', 1)[0] ?? '').slice(0, 200).replace(/[^\x21-\x7e]/g, '?');
      const status = response.writableFinished ? response.statusCode : 499;
      const tookMs = Math.round(performance.now() - startMs);
      const length = request.headers['content-length'] ?? '-';
      this.#options.log(
        `${new Date().toISOString()} ${socket.remoteAddress ?? '-'} ${method} ${path} ${status} ${tookMs} ms, ${length} bytes in`,
      );
    });
    try {
      const route = routeOf(method, url);
      if (route.kind !== 'live' && route.kind !== 'ready') refuseStrangers(request, this.#options.token);
      if (route.kind === 'infer') {
        const { body, headers } = await this.#infer(this.#model(route.model), request, response, asksFirst);
        send(response, 200, body, headers);
      } else sendJson(response, 200, this.#describe(route));
    } catch (error) {
      await this.#refuse(error, request, response, asksFirst);
    }
  }

  #describe(route: Exclude<Route, { kind: 'infer' }>): object {
    switch (route.kind) {
      case 'live':
        return { live: true };
      case 'ready':
        if (this.#admission.draining) throw new HttpError(503, 'the server is shutting down', { 'retry-after': '5' });
        return { ready: true };
      case 'server':
        return { name: 'railscope', version: this.#options.version, extensions: [BINARY_EXTENSION, 'statistics'] };
      case 'models':
        return { models: [...this.#models.keys()] };
      case 'model':
        return metadataOf(this.#model(route.model));
      case 'model-ready':
        return { name: this.#model(route.model).manifest.id, ready: true };
      case 'stats':
        return this.#model(route.model).stats.toJson();
    }
  }

  #model(name: string): Model {
    const model = this.#models.get(name);
    if (!model) throw new HttpError(404, `there is no model "${name.slice(0, 100)}"`);
    return model;
  }

  async #infer(model: Model, request: http.IncomingMessage, response: http.ServerResponse, asksFirst: boolean): Promise<InferAnswer> {
    const { bodyBytes, requestTimeoutMs } = this.#options.limits;
    const startMs = performance.now();
    const admitted = this.#admission.enter(request.socket.remoteAddress ?? '', announcedLength(request, bodyBytes));
    if (typeof admitted !== 'function')
      throw new HttpError(admitted.status, admitted.reason, { 'retry-after': String(admitted.retryAfterS) });
    try {
      if (asksFirst) response.writeContinue();
      const body = await readBody(request, bodyBytes);
      const parsed = readInferRequest(model.manifest, body, headerField(request, HEADER_LENGTH));
      const answer = await this.#run(model, parsed, response, requestTimeoutMs - (performance.now() - startMs));
      return writeInferAnswer(model.manifest, parsed, answer);
    } catch (error) {
      model.stats.failed(performance.now() - startMs);
      throw error;
    } finally {
      admitted();
    }
  }

  /** @param leftMs until the client is told that it took too long */
  async #run(model: Model, { tensor }: InferRequest, response: http.ServerResponse, leftMs: number): Promise<InferRequest['tensor']> {
    const startMs = performance.now();
    let started = false;
    let late = false;
    const work = this.#turn.run(async () => {
      // nobody waits for the answer any more
      if (late || response.destroyed) throw new HttpError(503, 'it waited too long', { 'retry-after': '1' });
      started = true;
      const runMs = performance.now();
      const answer = await this.#options.worker.run({ modelId: model.manifest.id, tensor });
      const endMs = performance.now();
      model.stats.succeeded(tensor.dims[0] ?? 1, { totalMs: endMs - startMs, queueMs: runMs - startMs, computeMs: endMs - runMs });
      return answer;
    });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => {
          late = true;
          reject(started ? new HttpError(504, 'it took too long') : new HttpError(503, 'it waited too long', { 'retry-after': '1' }));
        },
        Math.max(0, leftMs),
      );
    });
    work.catch(() => undefined);
    try {
      return await Promise.race([work, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #refuse(error: unknown, request: http.IncomingMessage, response: http.ServerResponse, asksFirst: boolean): Promise<void> {
    const { status, message, headers } = httpErrorOf(error);
    if (!asksFirst) await drain(request, this.#options.limits.bodyBytes);
    if (response.destroyed) return;
    // what is left of the body must not be taken for the next request
    const unread = request.readableEnded ? {} : { connection: 'close' };
    sendJson(response, status, { error: message }, { ...headers, ...unread });
  }
}

function metadataOf({ manifest, engine }: Model): object {
  const { input, output } = manifest;
  const batch = input.batch.dynamic ? -1 : input.batch.preferred;
  return {
    name: manifest.id,
    versions: [MODEL_VERSION],
    platform: `railscope_${engine.backend}`,
    inputs: [{ name: input.name, datatype: FLOAT_DATATYPE, shape: [batch, input.channels, input.height, input.width] }],
    outputs: [{ name: output.name, datatype: FLOAT_DATATYPE, shape: [batch, output.channels, -1, -1] }],
    properties: { sha256: engine.modelSha256, precision: engine.precision, device: engine.device },
  };
}

/** What the client may know of a failure. */
function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof RailscopeError && error.code === 'out-of-memory') return new HttpError(503, 'out of memory', { 'retry-after': '5' });
  return new HttpError(500, error instanceof RailscopeError ? error.message : 'internal error');
}

function headerField(request: http.IncomingMessage, name: string): string | undefined {
  return z.string().optional().parse(request.headers[name]);
}

function sendJson(response: http.ServerResponse, status: number, value: object, headers: Readonly<Record<string, string>> = {}): void {
  send(response, status, Buffer.from(JSON.stringify(value)), { 'content-type': 'application/json', ...headers });
}

function send(response: http.ServerResponse, status: number, body: Buffer, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { 'content-length': body.length, 'x-content-type-options': 'nosniff', ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
