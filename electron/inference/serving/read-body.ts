import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error';

const DRAIN_MS = 2_000;

/** What the request says about the length of its body; null = it comes in chunks. @throws HttpError 413, 415 */
export function announcedLength(request: IncomingMessage, limitBytes: number): number | null {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') throw new HttpError(415, 'compressed bodies are not supported');
  const text = request.headers['content-length'];
  if (text === undefined) return null;
  const length = Number(text);
  if (length > limitBytes) throw tooLong(limitBytes);
  return length;
}

/** @throws HttpError 413 for more than the limit, 400 for a body that ends too early */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limitBytes) throw tooLong(limitBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(400, 'the body ended too early');
  }
  return Buffer.concat(chunks);
}

/** Takes in what a refused client still sends, for a while: a connection closed earlier would lose the answer. */
export async function drain(request: IncomingMessage, limitBytes: number): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  let received = 0;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DRAIN_MS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > limitBytes) done();
    });
    request.once('end', done);
    request.once('close', done);
    request.resume();
  });
}

function tooLong(limitBytes: number): HttpError {
  return new HttpError(413, `the body is longer than ${limitBytes} bytes`);
}
