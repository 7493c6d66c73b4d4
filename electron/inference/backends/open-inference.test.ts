import { Server as GrpcServer, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RemoteAccess, RemoteServer } from '#shared/domain/remote-server';
import { grpcServerCodec, type GrpcMethod } from '../open-inference/grpc-schema';
import { floatsOf } from '../open-inference/tensor-message';
import { testCertificate, testKey } from '../testing/certificates';
import { firstChannel, startFakeServer, type FakeServer, type FakeServerOptions } from '../testing/fake-inference-server';
import { testManifest } from '../testing/manifests';
import type { Session, Tensors } from './backend';
import { checkRemote, openInference, UNVERIFIED_WEIGHTS, type RemoteTuning } from './open-inference';

const tuning: RemoteTuning = {
  limits: { connectTimeoutMs: 1_000, timeoutMs: 1_500, connections: 2 },
  retry: { attempts: 3, baseMs: 5, longestMs: 40 },
};
const manifest = testManifest();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

const accessTo = (url: string, change: Partial<RemoteServer> = {}, token: string | null = null): RemoteAccess => ({
  server: { url, protocol: 'http', model: '', version: '', caFile: '', ...change },
  token,
});
async function fake(options: FakeServerOptions = {}): Promise<FakeServer> {
  const server = await startFakeServer(options);
  closing.push(() => server.close());
  return server;
}
async function open(access: RemoteAccess): Promise<Session> {
  const session = await openInference(access, tuning).open(manifest, '', { threads: 0 });
  closing.push(() => session.dispose());
  return session;
}
/** `count` tiles of 3 × 4 × 4; the first channel of tile n is n + 0.25 */
const tiles = (count: number): Tensors => ({
  image: {
    dims: [count, 3, 4, 4],
    data: Float32Array.from({ length: count * 48 }, (_, at) => Math.floor(at / 48) + (at % 48 < 16 ? 0.25 : 0.5)),
  },
});
const expected = (count: number) => ({
  probability: { dims: [count, 1, 4, 4], data: Float32Array.from({ length: count * 16 }, (_, at) => Math.floor(at / 16) + 0.25) },
});

describe('a server over HTTP', () => {
  it('gets tiles in requests of the preferred size, some at a time, and the answers are put together', async () => {
    const server = await fake();
    const session = await open(accessTo(server.url));
    expect(await session.run(tiles(7))).toEqual(expected(7));
    expect(server.batches.sort()).toEqual([1, 2, 2, 2]);
    expect(server.peak).toBe(2);
    expect(session.stats().runs).toBe(1);
    expect(session.device).toBe(`fake 1, ${server.url}, test-model/3`);
    expect(session.remoteWeights).toEqual({ sha256: UNVERIFIED_WEIGHTS, precision: 'fp32' });
    expect(server.seen.at(-1)).toBe('POST /v2/models/test-model/infer binary');
  });

  it('gets full batches where it takes nothing else', async () => {
    const server = await fake({ inputShape: [4, 3, 4, 4] });
    expect(await (await open(accessTo(server.url))).run(tiles(5))).toEqual(expected(5));
    expect(server.batches).toEqual([4, 4]);
  });

  it('gets numbers in JSON where it does not take raw ones', async () => {
    const refuseRaw: FakeServerOptions['before'] = (request, response) => {
      if (request.headers['content-type'] !== 'application/octet-stream') return false;
      response.writeHead(415).end('unsupported');
      return true;
    };
    const server = await fake({ extensions: null, before: refuseRaw });
    const session = await open(accessTo(server.url));
    expect(await session.run(tiles(2))).toEqual(expected(2));
    expect(await session.run(tiles(2))).toEqual(expected(2));
    expect(server.seen.filter((line) => line.includes('infer'))).toEqual([
      'POST /v2/models/test-model/infer binary',
      'POST /v2/models/test-model/infer',
      'POST /v2/models/test-model/infer',
    ]);
    expect((await checkRemote(accessTo(server.url), manifest, tuning)).warnings).toEqual(['json-tensors', 'weights-unverified']);
  });

  it('may lie below a path, name the network otherwise, and have versions', async () => {
    const server = await fake({
      before: (request, response) => {
        const target = (request.url ?? '').replace('/ingress/v2/models/other/versions/2', '/v2/models/test-model').replace('/ingress', '');
        request.url = target;
        return target.endsWith('/versions/3') ? Boolean(response.writeHead(404).end()) : false;
      },
    });
    const session = await open(accessTo(`${server.url}/ingress/`, { model: 'other', version: '2' }));
    expect(session.device).toContain('other/2');
    expect(await session.run(tiles(1))).toEqual(expected(1));
  });

  it('sends the token as a header and nowhere else', async () => {
    const given: (string | undefined)[] = [];
    const server = await fake({ before: (request) => Boolean(given.push(request.headers.authorization)) && false });
    await (await open(accessTo(server.url, {}, 'geheim'))).run(tiles(1));
    expect(new Set(given)).toEqual(new Set(['Bearer geheim']));
    expect(server.seen.join()).not.toContain('geheim');
  });

  /** Breaks the first inference requests, then works. */
  async function breaking(times: number, how: NonNullable<FakeServerOptions['before']>) {
    let left = times;
    const server = await fake({
      before: (request, response, body) => request.url?.endsWith('/infer') === true && left-- > 0 && how(request, response, body),
    });
    return { server, session: await open(accessTo(server.url)) };
  }
  const status503: NonNullable<FakeServerOptions['before']> = (_, response) =>
    Boolean(response.writeHead(503, { 'retry-after': '0' }).end('{"error":"busy"}'));
  const half: NonNullable<FakeServerOptions['before']> = (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"outputs":');
    setTimeout(() => response.destroy(), 20);
    return true;
  };
  const cut: NonNullable<FakeServerOptions['before']> = (request) => Boolean(request.socket.destroy());

  it.each([
    ['503', status503],
    ['half an answer', half],
    ['a cut connection', cut],
  ])('is asked again after %s', async (_, how) => {
    const { session, server } = await breaking(2, how);
    expect(await session.run(tiles(1))).toEqual(expected(1));
    expect(server.seen.filter((line) => line.includes('infer'))).toHaveLength(3);
  });

  it.each([
    ['503', status503, 'HTTP 503: busy'],
    ['half an answer', half, 'ended too early|socket hang up|aborted'],
    ['a cut connection', cut, 'socket hang up|ECONNRESET'],
  ])('is given up after the last attempt with %s', async (_, how, reason) => {
    const { session } = await breaking(99, how);
    await expect(session.run(tiles(1))).rejects.toMatchObject({
      code: 'server-unreachable',
      details: { server: expect.stringContaining('http://127.0.0.1') as string, reason: expect.stringMatching(reason) as string },
    });
  });

  it.each<[string, string, NonNullable<FakeServerOptions['before']>, string]>([
    ['400', 'inference-failed', (_, r) => Boolean(r.writeHead(400).end('{"error":"bad shape"}')), 'bad shape'],
    ['500', 'inference-failed', (_, r) => Boolean(r.writeHead(500).end('<html>')), 'HTTP 500'],
    ['401', 'server-refused', (_, r) => Boolean(r.writeHead(401).end()), 'token is missing or not accepted'],
    ['404', 'server-refused', (_, r) => Boolean(r.writeHead(404).end('{"error":"unloaded"}')), 'unloaded'],
    ['a redirect', 'server-refused', (_, r) => Boolean(r.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()), 'not followed'],
    ['no protocol', 'server-refused', (_, r) => Boolean(r.end('<html>hello</html>')), 'not an answer of the Open Inference Protocol'],
    [
      'other outputs',
      'inference-failed',
      (_, r) => Boolean(r.end('{"outputs":[{"name":"probability","datatype":"FP32","shape":[3,1],"data":[1,2,3]}]}')),
      '3 tiles instead of 1',
    ],
    [
      'too few numbers',
      'server-refused',
      (_, r) => Boolean(r.end('{"outputs":[{"name":"probability","datatype":"FP32","shape":[1,1,4,4],"data":[1]}]}')),
      'its shape needs 16',
    ],
    ['a huge answer', 'server-refused', (_, r) => Boolean(r.end(Buffer.alloc(3_000_000, ' '))), 'longer than'],
  ])('is not asked again after %s: %s', async (_, code, how, reason) => {
    const { session, server } = await breaking(99, how);
    await expect(session.run(tiles(1))).rejects.toMatchObject({ code, details: { reason: expect.stringContaining(reason) as string } });
    expect(server.seen.filter((line) => line.includes('infer'))).toHaveLength(1);
  });

  it('has a limited time for an answer, and is left at once when the run is cancelled', async () => {
    const { session } = await breaking(99, () => true);
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    const startMs = performance.now();
    await expect(session.run(tiles(4), abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await expect(session.run(tiles(1))).rejects.toMatchObject({
      code: 'server-unreachable',
      details: { reason: 'no complete answer within 1500 ms' },
    });
  });

  it('must have the network of the manifest', async () => {
    const server = await fake({ inputShape: [-1, 1, 4, 4] });
    await expect(open(accessTo(server.url))).rejects.toMatchObject({
      code: 'model-invalid',
      details: { path: `${server.url}/test-model` },
    });
    await expect(open(accessTo(server.url, { model: 'nope' }))).rejects.toMatchObject({
      code: 'server-refused',
      details: { reason: 'HTTP 404: unknown model' },
    });
  });

  it('is listed with the reason why it cannot be used', async () => {
    expect(await openInference(null).probe()).toMatchObject({ available: false, reason: 'no server is set' });
    await expect(openInference(null).open(manifest, '', { threads: 0 })).rejects.toMatchObject({ code: 'backend-unavailable' });
    const server = await fake();
    expect(await openInference(accessTo(server.url)).probe()).toMatchObject({ available: true, device: server.url, reason: null });
    await server.close();
    expect(await openInference(accessTo(server.url)).probe()).toMatchObject({
      available: false,
      reason: expect.stringContaining('ECONNREFUSED') as string,
    });
    await expect(open(accessTo(server.url))).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('must prove who it is over HTTPS', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'railscope-ca-'));
    closing.push(() => rm(folder, { recursive: true }));
    const caFile = path.join(folder, 'ca.pem');
    await writeFile(caFile, testCertificate);
    const server = await fake({ tls: { cert: testCertificate, key: testKey } });
    expect(await (await open(accessTo(server.url, { caFile }))).run(tiles(1))).toEqual(expected(1));
    const startMs = performance.now();
    await expect(open(accessTo(server.url))).rejects.toMatchObject({
      code: 'server-unreachable',
      details: { reason: expect.stringContaining('self-signed') as string },
    });
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await writeFile(caFile, 'nothing');
    await expect(open(accessTo(server.url, { caFile }))).rejects.toMatchObject({
      details: { reason: expect.stringContaining('no certificate') as string },
    });
    await expect(open(accessTo(server.url, { caFile: '/absent' }))).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('may accept a connection and never speak', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    const { port } = mute.address() as AddressInfo;
    await expect(open(accessTo(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
      details: { reason: expect.stringContaining('within 1500 ms') as string },
    });
  });
});

type Handler = (
  request: { raw_input_contents: Buffer[]; inputs: { shape: number[] }[] },
  call: ServerUnaryCall<unknown, unknown>,
) => object;

describe('a server over gRPC', () => {
  async function fakeGrpc(change: Partial<Record<GrpcMethod, Handler>> = {}, tls = false): Promise<string> {
    const server = new GrpcServer();
    const handlers: Partial<Record<GrpcMethod, Handler>> = {
      ServerReady: () => ({ ready: true }),
      ServerMetadata: () => ({ name: 'fake-grpc', version: '2' }),
      ModelMetadata: () => ({
        name: 'test-model',
        versions: ['1'],
        inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 3, 4, 4] }],
        outputs: [{ name: 'probability', datatype: 'FP32', shape: [-1, 1, 4, 4] }],
      }),
      ModelInfer: ({ raw_input_contents: raw, inputs }) => {
        const { shape, data } = firstChannel({ name: 'image', shape: inputs[0]?.shape ?? [], data: floatsOf(raw[0] ?? Buffer.alloc(0)) });
        return { outputs: [{ name: 'probability', datatype: 'FP32', shape }], raw_output_contents: [Buffer.from(data.buffer)] };
      },
      ...change,
    };
    for (const [method, handler] of Object.entries(handlers)) {
      const { path: name, parse, write } = grpcServerCodec(method as GrpcMethod);
      server.register(
        name,
        (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<object>) => {
          try {
            done(null, handler(call.request as Parameters<Handler>[0], call));
          } catch (error) {
            done(error as Error);
          }
        },
        write,
        parse,
        'unary',
      );
    }
    const credentials = tls
      ? ServerCredentials.createSsl(null, [{ private_key: Buffer.from(testKey), cert_chain: Buffer.from(testCertificate) }])
      : ServerCredentials.createInsecure();
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    closing.push(async () => server.forceShutdown());
    return `http${tls ? 's' : ''}://127.0.0.1:${port}`;
  }
  const grpc = { protocol: 'grpc' } as const;
  const refuse =
    (code: status, details = 'because') =>
    (): never => {
      throw Object.assign(new Error(details), { code, details });
    };

  it('computes', async () => {
    const url = await fakeGrpc();
    const session = await open(accessTo(url, grpc));
    expect(await session.run(tiles(5))).toEqual(expected(5));
    expect(session.device).toBe(`fake-grpc 2, ${url}, test-model/1`);
    expect(await openInference(accessTo(url, grpc)).probe()).toMatchObject({ available: true });
  });

  it('may write numbers out', async () => {
    const url = await fakeGrpc({
      ModelInfer: () => ({
        outputs: [{ name: 'probability', datatype: 'FP32', shape: [1, 1, 1, 2], contents: { fp32_contents: [0.5, 0.25] } }],
      }),
    });
    expect((await (await open(accessTo(url, grpc))).run(tiles(1)))['probability']?.data).toEqual(Float32Array.of(0.5, 0.25));
  });

  it('gets the token, and is asked again while it is unavailable', async () => {
    const tokens: unknown[] = [];
    const url = await fakeGrpc({
      ModelMetadata: (_, call) => {
        tokens.push(call.metadata.get('authorization')[0]);
        return refuse(status.UNAVAILABLE)();
      },
    });
    await expect(open(accessTo(url, grpc, 'geheim'))).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(tokens).toEqual(['Bearer geheim', 'Bearer geheim', 'Bearer geheim']);
  });

  it.each([
    [status.UNAUTHENTICATED, 'server-refused'],
    [status.NOT_FOUND, 'server-refused'],
    [status.INVALID_ARGUMENT, 'inference-failed'],
    [status.INTERNAL, 'inference-failed'],
  ])('fails with status %i as %s', async (code, expectedCode) => {
    const session = await open(accessTo(await fakeGrpc({ ModelInfer: refuse(code) }), grpc));
    await expect(session.run(tiles(1))).rejects.toMatchObject({ code: expectedCode, details: { reason: `${status[code]}: because` } });
  });

  it('has a limited time, can be cancelled, and must not answer nonsense', async () => {
    const slow = await open(
      accessTo(await fakeGrpc({ ModelInfer: () => ({ outputs: [{ name: 'probability', datatype: 'FP32', shape: [1, 9] }] }) }), grpc),
    );
    await expect(slow.run(tiles(1))).rejects.toMatchObject({
      code: 'inference-failed',
      details: { reason: expect.stringContaining('its shape needs 9') as string },
    });
    const abort = new AbortController();
    const pending = slow.run(tiles(1), abort.signal);
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('must prove who it is over TLS, and may be absent', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'railscope-ca-'));
    closing.push(() => rm(folder, { recursive: true }));
    const caFile = path.join(folder, 'ca.pem');
    await writeFile(caFile, testCertificate);
    const url = await fakeGrpc({}, true);
    expect(await (await open(accessTo(url, { ...grpc, caFile }))).run(tiles(1))).toEqual(expected(1));
    await expect(open(accessTo(url, grpc))).rejects.toMatchObject({ code: 'server-unreachable' });
    await expect(open(accessTo('http://127.0.0.1:9', grpc))).rejects.toMatchObject({ code: 'server-unreachable' });
  });
});
