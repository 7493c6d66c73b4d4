/** The Open Inference Protocol over HTTP. */
import http from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { exchange, type ExchangeOutput } from './http-exchange';
import {
  HEADER_LENGTH,
  modelMetadataSchema,
  ProtocolError,
  serverMetadataSchema,
  type InferRequest,
  type ModelAddress,
  type ModelMetadata,
  type ProtocolClient,
  type ServerMetadata,
  type WireTensor,
} from './protocol';
import { ServerFailure, type FailureFacts } from './server-failure';
import { readMessage, writeMessage } from './tensor-message';

export interface ConnectOptions {
  readonly url: string;
  readonly token: string | null;
  /** PEM; null = the authorities of the system */
  readonly ca: Buffer | null;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** connections kept open */
  readonly connections: number;
}

const METADATA_LIMIT_BYTES = 4_000_000;
/** Answers to questions about health and metadata come from memory. */
const QUESTION_TIMEOUT_MS = 15_000;
/** The server or a proxy before it is overloaded or restarting; the request itself may be fine. */
const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export class HttpProtocolClient implements ProtocolClient {
  readonly #options: ConnectOptions;
  readonly #agent: http.Agent;

  constructor(options: ConnectOptions) {
    this.#options = options;
    const shared = { keepAlive: true, maxSockets: options.connections };
    // certificates are always verified
    this.#agent = options.url.startsWith('https:')
      ? new https.Agent({ ...shared, ...(options.ca && { ca: options.ca }) })
      : new http.Agent(shared);
  }

  live(signal?: AbortSignal): Promise<boolean> {
    return this.#health('/v2/health/live', signal);
  }

  ready(signal?: AbortSignal): Promise<boolean> {
    return this.#health('/v2/health/ready', signal);
  }

  async serverMetadata(signal?: AbortSignal): Promise<ServerMetadata> {
    return parsed(serverMetadataSchema, await this.#ask('/v2', signal));
  }

  async modelMetadata(model: ModelAddress, signal?: AbortSignal): Promise<ModelMetadata> {
    return parsed(modelMetadataSchema, await this.#ask(modelPath(model), signal));
  }

  async infer({ model, inputs, outputs, binary, answerLimitBytes }: InferRequest, signal?: AbortSignal): Promise<WireTensor[]> {
    const wanted = outputs.map((name) => ({ name, ...(binary && { parameters: { binary_data: true } }) }));
    const { body, headerLength } = writeMessage('inputs', inputs, { binary, more: { outputs: wanted } });
    const answer = await this.#send('POST', `${modelPath(model)}/infer`, signal, {
      body,
      limitBytes: answerLimitBytes,
      timeoutMs: this.#options.timeoutMs,
      headers:
        headerLength === null
          ? { 'content-type': 'application/json' }
          : { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(headerLength) },
    });
    if (answer.status !== 200) throw refusal(answer, answer.status === 400 || answer.status >= 500 ? 'inference-failed' : 'server-refused');
    const length = answer.headers[HEADER_LENGTH];
    try {
      return readMessage('outputs', answer.body, Array.isArray(length) ? length[0] : length).tensors;
    } catch (error) {
      throw error instanceof ProtocolError ? notTheProtocol(error.message) : error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #health(path: string, signal: AbortSignal | undefined): Promise<boolean> {
    const answer = await this.#send('GET', path, signal);
    if (answer.status === 200) return true;
    if (answer.status === 503 || answer.status === 400) return false;
    throw refusal(answer, 'server-refused');
  }

  async #ask(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    const answer = await this.#send('GET', path, signal);
    if (answer.status !== 200) throw refusal(answer, 'server-refused');
    try {
      return JSON.parse(answer.body.toString('utf8'));
    } catch {
      throw notTheProtocol(`${path} is not JSON`);
    }
  }

  #send(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal | undefined,
    more: { body: Buffer | null; limitBytes: number; timeoutMs: number; headers: Record<string, string> } = questionDefaults,
  ): Promise<ExchangeOutput> {
    const { url, token, connectTimeoutMs, timeoutMs } = this.#options;
    return exchange({
      ...more,
      timeoutMs: Math.min(timeoutMs, more.timeoutMs),
      method,
      url: new URL(url.replace(/\/+$/, '') + path),
      agent: this.#agent,
      headers: { ...more.headers, accept: '*/*', ...(token !== null && { authorization: `Bearer ${token}` }) },
      connectTimeoutMs,
      signal,
    });
  }
}

const questionDefaults = { body: null, limitBytes: METADATA_LIMIT_BYTES, timeoutMs: QUESTION_TIMEOUT_MS, headers: {} };

function modelPath({ name, version }: ModelAddress): string {
  return `/v2/models/${encodeURIComponent(name)}${version === '' ? '' : `/versions/${encodeURIComponent(version)}`}`;
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw notTheProtocol(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

function notTheProtocol(reason: string): ServerFailure {
  return new ServerFailure(`this is not an answer of the Open Inference Protocol: ${reason}`, { code: 'server-refused', retryable: false });
}

function refusal({ status, headers, body }: ExchangeOutput, code: FailureFacts['code']): ServerFailure {
  if (passingStatuses.has(status)) {
    return new ServerFailure(`HTTP ${status}${saidBy(body)}`, {
      code: 'server-unreachable',
      retryable: true,
      retryAfterMs: retryAfterMs(headers),
    });
  }
  const facts = { code, retryable: false };
  if (status === 401 || status === 403)
    return new ServerFailure(`HTTP ${status}: the token is missing or not accepted${saidBy(body)}`, facts);
  if (status >= 300 && status < 400) return new ServerFailure(`HTTP ${status}: it points to another address, which is not followed`, facts);
  return new ServerFailure(`HTTP ${status}${saidBy(body)}`, facts);
}

/** The server's own words, as the protocol carries them; nothing else of a body is shown. */
function saidBy(body: Buffer): string {
  const schema = z.object({ error: z.string() }).or(z.object({ detail: z.string() }));
  try {
    const said = schema.parse(JSON.parse(body.subarray(0, 10_000).toString('utf8')));
    return `: ${('error' in said ? said.error : said.detail).slice(0, 300)}`;
  } catch {
    return '';
  }
}

function retryAfterMs(headers: http.IncomingHttpHeaders): number | null {
  const value = headers['retry-after'] ?? '';
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now());
}
