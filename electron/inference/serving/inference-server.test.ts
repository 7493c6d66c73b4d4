import { connect as connectSocket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { defaultServeLimits, type ServeLimits } from '#shared/ports/serving';
import type { Tensor } from '../backends/backend';
import { HEADER_LENGTH } from '../open-inference/protocol';
import { readMessage, writeMessage } from '../open-inference/tensor-message';
import { firstChannel } from '../testing/fake-inference-server';
import { requireProbability } from '../catalog/require-probability';
import { testManifest } from '../testing/manifests';
import { InferenceServer, type InferenceServerOptions } from './inference-server';

const servers: InferenceServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const engine = { modelId: 'test-model', modelSha256: 'a'.repeat(64), backend: 'ort-cpu', device: 'Some CPU', precision: 'fp32' } as const;
const echo = async ({ tensor }: { tensor: Tensor }): Promise<Tensor> => {
  const { shape, data } = firstChannel({ name: 'image', shape: tensor.dims, data: tensor.data });
  return { dims: shape, data };
};

async function start(change: Omit<Partial<InferenceServerOptions>, 'limits'> & { limits?: Partial<ServeLimits> } = {}) {
  const lines: string[] = [];
  const limits = { ...defaultServeLimits, shutdownMs: 300, ...change.limits };
  const fixed = { version: '1.2.3', networks: [{ manifest: requireProbability(testManifest()), engine }], token: null, tls: null };
  const server = new InferenceServer({ ...fixed, worker: { run: echo }, log: (line) => void lines.push(line), ...change, limits });
  servers.push(server);
  const port = await server.listen('127.0.0.1', 0);
  return { server, port, lines, url: `http://127.0.0.1:${port}` };
}
const inferPath = '/v2/models/test-model/infer';

function tiles(count: number, binary: boolean, more: Record<string, unknown> = {}): RequestInit {
  const data = Float32Array.from({ length: count * 48 }, (_, at) => at / 64);
  const message = writeMessage('inputs', [{ name: 'image', shape: [count, 3, 4, 4], data }], { binary, more });
  const headers: Record<string, string> = message.headerLength === null ? {} : { [HEADER_LENGTH]: String(message.headerLength) };
  return { method: 'POST', body: new Uint8Array(message.body), headers };
}

/** What a client that does not keep to HTTP gets back. */
function raw(port: number, text: string, end = true): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('close', () => resolve(answer));
    socket.on('error', () => undefined);
    if (end) socket.end(text, 'latin1');
    else socket.write(text, 'latin1');
  });
}

describe('questions', () => {
  it('are answered as the protocol says', async () => {
    const { url } = await start();
    const ask = async (path: string): Promise<unknown> => (await fetch(url + path)).json();
    expect(await ask('/v2')).toMatchObject({ name: 'railscope', version: '1.2.3', extensions: ['binary_tensor_data', 'statistics'] });
    expect(await ask('/v2/models')).toEqual({ models: ['test-model'] });
    expect(await ask('/v2/models/test-model/versions/1')).toMatchObject({
      name: 'test-model',
      versions: ['1'],
      inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, 4, 4] }],
      outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1, -1, -1] }],
      properties: { sha256: 'a'.repeat(64), precision: 'fp32' },
    });
    for (const path of ['/v2/health/live', '/v2/health/ready', '/v2/models/test-model/ready', '/v2/']) {
      expect((await fetch(url + path)).status).toBe(200);
      const head = await fetch(url + path, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    }
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/v2/models/nope', 404],
    ['GET', '/v2/models/test-model/versions/2', 404],
    ['GET', '/v2/models/..%2f..%2fetc%2fpasswd', 404],
    ['GET', '/v2/models/test-model/infer/more', 404],
    ['GET', '/v2/models/__proto__', 404],
    ['GET', '/__proto__', 404],
    ['GET', '/constructor', 404],
    ['GET', inferPath, 405],
    ['POST', '/v2', 405],
    ['DELETE', '/v2/models/test-model', 405],
    ['OPTIONS', inferPath, 405],
  ])('%s %s gets %i', async (method, path, status) => {
    const { url } = await start();
    const answer = await fetch(url + path, { method });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) as string });
  });
});

describe('inference', () => {
  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('takes raw tensors (%s) and gives raw tensors (%s)', async (rawIn, rawOut) => {
    const { url } = await start();
    const outputs = [{ name: 'probability', parameters: { binary_data: rawOut } }];
    const answer = await fetch(url + inferPath, tiles(2, rawIn, { id: 'x7', outputs }));
    expect(answer.status).toBe(200);
    const length = answer.headers.get(HEADER_LENGTH) ?? undefined;
    expect(length !== undefined).toBe(rawOut);
    const { header, tensors } = readMessage('outputs', Buffer.from(await answer.arrayBuffer()), length);
    expect(header).toMatchObject({ model_name: 'test-model', model_version: '1', id: 'x7' });
    expect(tensors[0]).toMatchObject({ name: 'probability', shape: [2, 1, 4, 4] });
    expect(tensors[0]?.data[17]).toBe((48 + 1) / 64);
  });

  it('counts', async () => {
    const { url } = await start();
    await fetch(url + inferPath, tiles(3, true));
    await fetch(url + inferPath, { method: 'POST', body: '{}' });
    const stats = (await (await fetch(`${url}/v2/models/test-model/stats`)).json()) as object;
    expect(stats).toMatchObject({
      model_stats: [
        { name: 'test-model', inference_count: 3, execution_count: 1, inference_stats: { success: { count: 1 }, fail: { count: 1 } } },
      ],
    });
  });

  const body = (change: object): string =>
    JSON.stringify({ inputs: [{ name: 'image', datatype: 'FP32', shape: [1, 3, 4, 4], data: Array<number>(48).fill(0), ...change }] });
  it.each<[string, string, Record<string, string>?]>([
    ['', 'not JSON'],
    ['{"inputs":[]}', 'exactly one input'],
    [body({ name: 'pixels' }), 'exactly one input'],
    [body({ shape: [1, 3, 4, 5] }), 'needs 60'],
    [body({ shape: [3, 4, 4] }), 'expected [1…4, 3, 4, 4]'],
    [body({ shape: [0, 3, 4, 4], data: [] }), 'expected [1…4, 3, 4, 4]'],
    [body({ shape: [5, 3, 4, 4], data: Array<number>(240).fill(0) }), 'expected [1…4, 3, 4, 4]'],
    [body({ datatype: 'BYTES' }), 'only FP32'],
    [JSON.stringify({ ...(JSON.parse(body({})) as object), outputs: [{ name: 'secret' }] }), 'no output "secret"'],
    [JSON.stringify({ ...(JSON.parse(body({})) as object), outputs: 7 }), 'outputs'],
    [JSON.stringify({ ...(JSON.parse(body({})) as object), id: 'x'.repeat(1000) }), 'id'],
    [body({}), 'header length', { [HEADER_LENGTH]: 'abc' }],
    [body({}), 'not JSON', { [HEADER_LENGTH]: '5' }],
    ['{"inputs":' + '['.repeat(50_000), 'not JSON'],
  ])('refuses %.60s: %s', async (text, message, headers = {}) => {
    const { url } = await start();
    const answer = await fetch(url + inferPath, { method: 'POST', body: text, headers });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: string }).error).toContain(message);
    expect((await fetch(url + inferPath, tiles(1, true))).status).toBe(200);
  });

  it('says that a network failed, and goes on', async () => {
    let failures: Error[] = [
      new RailscopeError('inference-failed', 'kernel broke'),
      new RailscopeError('out-of-memory', 'x'),
      new Error('/secret/path'),
    ];
    const { url } = await start({
      worker: {
        run: async (input) => {
          const [failure, ...rest] = failures;
          failures = rest;
          if (failure) throw failure;
          return echo(input);
        },
      },
    });
    const answers: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const answer = await fetch(url + inferPath, tiles(1, true));
      answers.push(answer.status === 200 ? 200 : [answer.status, ((await answer.json()) as { error: string }).error]);
    }
    expect(answers).toEqual([[500, 'kernel broke'], [503, 'out of memory'], [500, 'internal error'], 200]);
  });
});

describe('limits', () => {
  it('turn away bodies that are too long, announced or not', async () => {
    const { url, port } = await start({ limits: { bodyBytes: 1000 } });
    expect((await fetch(url + inferPath, { method: 'POST', body: 'x'.repeat(1001) })).status).toBe(413);
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(new Uint8Array(500));
        controller.close();
      },
    });
    const streamed = await fetch(url + inferPath, { method: 'POST', body: chunks, duplex: 'half' });
    expect(streamed.status).toBe(413);
    expect(
      await raw(port, `POST ${inferPath} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n\r\n`, false),
    ).toMatch(/^HTTP\/1.1 413/);
    const packed = await fetch(url + inferPath, { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } });
    expect(packed.status).toBe(415);
  });

  it('turn away what is too much at a time, and say when to come back', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const worker = { run: async (input: { modelId: string; tensor: Tensor }) => held.then(() => echo(input)) };
    const { url } = await start({ worker, limits: { pending: 3, pendingPerClient: 3 } });
    const taken = [1, 2, 3].map(() => fetch(url + inferPath, tiles(1, true)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const refused = await fetch(url + inferPath, tiles(1, true));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
    release();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await fetch(url + inferPath, tiles(1, true))).status).toBe(200);

    const narrow = await start({ limits: { pending: 1, pendingPerClient: 5 }, worker: { run: () => new Promise(() => undefined) } });
    void fetch(narrow.url + inferPath, tiles(1, true)).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await fetch(narrow.url + inferPath, tiles(1, true))).status).toBe(503);
  });

  it('end requests that take or wait too long, and do not run those that nobody waits for', async () => {
    const runs: number[] = [];
    const worker = {
      run: async (input: { modelId: string; tensor: Tensor }) => {
        runs.push(input.tensor.dims[0] ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 400));
        return echo(input);
      },
    };
    const { url } = await start({ worker, limits: { requestTimeoutMs: 200 } });
    const [slow, waiting] = await Promise.all([
      fetch(url + inferPath, tiles(1, true)),
      new Promise((resolve) => setTimeout(resolve, 50)).then(() => fetch(url + inferPath, tiles(2, true))),
    ]);
    expect([slow.status, waiting.status]).toEqual([504, 503]);

    const patient = await start({ worker });
    const first = fetch(patient.url + inferPath, tiles(3, true));
    const gone = new AbortController();
    const second = fetch(patient.url + inferPath, { ...tiles(4, true), signal: gone.signal });
    setTimeout(() => gone.abort(), 150);
    await expect(second).rejects.toThrow();
    expect((await first).status).toBe(200);
    expect((await fetch(patient.url + inferPath, tiles(1, true))).status).toBe(200);
    expect(runs).toEqual([1, 3, 1]);
  });
});

describe('strangers', () => {
  it('need the token, except for health', async () => {
    const { url, lines } = await start({ token: 'geheim' });
    const status = async (path: string, authorization?: string): Promise<number> =>
      (await fetch(url + path, authorization === undefined ? {} : { headers: { authorization } })).status;
    expect(await status('/v2/health/ready')).toBe(200);
    for (const wrong of [undefined, 'Bearer ', 'Bearer geheim2', 'Bearer gehei', 'Basic geheim', 'geheim'])
      expect(await status('/v2', wrong)).toBe(401);
    expect(await status('/v2/models/nope', 'Bearer wrong')).toBe(401);
    expect(await status('/v2', 'Bearer geheim')).toBe(200);
    expect((await fetch(url + inferPath, tiles(1, true))).status).toBe(401);
    expect(lines.join('\n')).not.toContain('geheim');
  });

  it('are pages in a browser, and names that only seem to be this computer', async () => {
    const { url, port } = await start();
    expect((await fetch(`${url}/v2`, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect(await raw(port, 'GET /v2 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 403/);
    expect(await raw(port, 'GET /v2 HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200/);
  });

  it('who speak no HTTP do no harm', async () => {
    const { url, port } = await start();
    for (const text of [
      'hello\r\n\r\n',
      '\u0000\u0001\u0002',
      '\u0016\u0003\u0001\u0002\u0000\u0001',
      `POST ${inferPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n`,
      `POST ${inferPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST ${inferPath} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n`,
      `POST ${inferPath} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"inputs"`,
      `GET ${'/x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      'GET /v2 HTTP/1.1\r\n\r\n',
    ]) {
      const answer = await raw(port, text);
      expect(answer === '' || /^HTTP\/1.1 4\d\d/.test(answer), `${text.slice(0, 60)}: ${answer.slice(0, 40)}`).toBe(true);
    }
    expect((await fetch(url + inferPath, tiles(1, true))).status).toBe(200);
  });

  it('leave one line each in the log, without query, payload or line breaks', async () => {
    const { url, port, lines } = await start();
    await fetch(`${url}/v2?token=geheim`);
    await raw(port, 'GET /%0a\u001b[31m HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await fetch(url + inferPath, tiles(1, false));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines[0]).toMatch(/^\d{4}-\S+Z 127\.0\.0\.1 GET \/v2 200 \d+ ms, - bytes in$/);
    expect(lines.join('')).not.toMatch(/geheim|inputs|\n|\u001b/);
  });
});

it('finishes what is in work when it closes', async () => {
  const worker = {
    run: async (input: { modelId: string; tensor: Tensor }) => new Promise((resolve) => setTimeout(resolve, 150)).then(() => echo(input)),
  };
  const { server, url } = await start({ worker });
  const work = fetch(url + inferPath, tiles(1, true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server.close();
  expect((await work).status).toBe(200);
  await closed;
  await expect(fetch(`${url}/v2`)).rejects.toThrow();
});
