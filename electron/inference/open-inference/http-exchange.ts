/** One HTTP request and its answer, with a limit on everything: time to connect, time in all, bytes. Redirects are not followed. */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ServerFailure } from './server-failure';

export interface ExchangeInput {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly limitBytes: number;
  readonly signal: AbortSignal | undefined;
}

export interface ExchangeOutput {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

const unreachable = (reason: string, retryable: boolean): ServerFailure =>
  new ServerFailure(reason, { code: 'server-unreachable', retryable });

/** @throws ServerFailure: server-unreachable (retryable where the connection failed), server-refused for an answer that is too long, cancelled */
export function exchange(input: ExchangeInput): Promise<ExchangeOutput> {
  return new Promise((resolve, reject) => {
    const { url, signal, body } = input;
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method: input.method,
      agent: input.agent,
      headers: { ...input.headers, ...(body && { 'content-length': String(body.length) }) },
    });
    const timers: NodeJS.Timeout[] = [];
    let settled = false;
    const settle = (conclude: () => void): void => {
      if (settled) return;
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      conclude();
    };
    const fail = (failure: ServerFailure): void => {
      settle(() => reject(failure));
      request.destroy();
    };
    const onAbort = (): void => fail(new ServerFailure('cancelled', { code: 'cancelled', retryable: false }));

    timers.push(setTimeout(() => fail(unreachable(`no complete answer within ${input.timeoutMs} ms`, false)), input.timeoutMs));
    signal?.addEventListener('abort', onAbort);
    request.on('socket', (socket: Socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => fail(unreachable(`no connection within ${input.connectTimeoutMs} ms`, true)), input.connectTimeoutMs);
      timers.push(timer);
      socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(timer));
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(unreachable(connectionFault(error), !isCertificateFault(error))));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let received = 0;
      response.on('data', (chunk: Buffer) => {
        received += chunk.length;
        chunks.push(chunk);
        if (received > input.limitBytes) {
          const facts = { code: 'server-refused', retryable: false } as const;
          fail(new ServerFailure(`the answer is longer than ${input.limitBytes} bytes`, facts));
        }
      });
      response.on('end', () => {
        if (!response.complete) fail(unreachable('the answer ended too early', true));
        else settle(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
      });
      response.on('error', () => fail(unreachable('the answer ended too early', true)));
    });
    if (signal?.aborted) onAbort();
    else request.end(body ?? undefined);
  });
}

/** A certificate that is not trusted stays so; trying again only delays the message. */
function isCertificateFault(error: NodeJS.ErrnoException): boolean {
  return /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/.test(
    error.code ?? '',
  );
}

function connectionFault(error: NodeJS.ErrnoException): string {
  return error.code && !error.message.includes(error.code)
    ? `${error.code}: ${error.message}`
    : error.message || (error.code ?? 'connection failed');
}
