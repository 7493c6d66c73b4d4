import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { BINARY_EXTENSION, HEADER_LENGTH, type WireTensor } from '../open-inference/protocol';
import { readMessage, writeMessage } from '../open-inference/tensor-message';

export interface FakeServerOptions {
  /** what it says it can; null = says nothing */
  extensions?: string[] | null;
  /** sizes of the input, the batch first */
  inputShape?: number[];
  tls?: { cert: string; key: string };
  /** may answer itself; true = it did */
  before?: (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => boolean | Promise<boolean>;
}

export interface FakeServer {
  readonly url: string;
  /** request lines with the body's kind */
  readonly seen: string[];
  /** tiles of each inference request */
  readonly batches: number[];
  /** most inference requests at a time */
  peak: number;
  close(): Promise<void>;
}

/** A server of the protocol with the network of `testManifest`: the answer is the first channel of its input. */
export async function startFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const { extensions = [BINARY_EXTENSION], inputShape = [-1, 3, 4, 4], tls, before } = options;
  const documents: Record<string, object> = {
    '/v2/health/ready': {},
    '/v2': { name: 'fake', version: '1', ...(extensions && { extensions }) },
    '/v2/models/test-model': {
      name: 'test-model',
      versions: ['1', '3'],
      inputs: [{ name: 'image', datatype: 'FP32', shape: inputShape }],
      outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1, 4, 4] }],
    },
  };
  let active = 0;
  const fake = { seen: [] as string[], batches: [] as number[], peak: 0 };

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    fake.seen.push(`${request.method ?? ''} ${request.url ?? ''}${request.headers[HEADER_LENGTH] === undefined ? '' : ' binary'}`);
    if (await before?.(request, response, body)) return;
    const document = documents[request.url ?? ''];
    if (document) response.end(JSON.stringify(document));
    else if (request.url?.endsWith('/infer')) await infer(request, response, body);
    else response.writeHead(404).end(JSON.stringify({ error: 'unknown model' }));
  };

  const infer = async (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): Promise<void> => {
    fake.peak = Math.max(fake.peak, ++active);
    await new Promise((resolve) => setTimeout(resolve, 10));
    active--;
    const length = request.headers[HEADER_LENGTH];
    const { tensors } = readMessage('inputs', body, typeof length === 'string' ? length : undefined);
    const input = tensors[0] as WireTensor;
    fake.batches.push(input.shape[0] ?? 0);
    const message = writeMessage('outputs', [firstChannel(input)], { binary: length !== undefined, more: { model_name: 'test-model' } });
    if (message.headerLength !== null) response.setHeader(HEADER_LENGTH, message.headerLength);
    response.end(message.body);
  };

  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

export function firstChannel({ shape, data }: WireTensor): WireTensor {
  const [count = 0, channels = 1, height = 0, width = 0] = shape;
  const plane = height * width;
  const first = new Float32Array(count * plane);
  for (let tile = 0; tile < count; tile++) first.set(data.subarray(tile * channels * plane, tile * channels * plane + plane), tile * plane);
  return { name: 'probability', shape: [count, 1, height, width], data: first };
}
