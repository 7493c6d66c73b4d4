import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ErrorCode } from '#shared/errors/codes';
import { errorInfoSchema } from '#shared/errors/codes';
import { imageTileUrl, resourceOrigin, thumbnailUrl } from '#shared/resource-url';
import { createProtocolHandler, type PixelSource } from './handler';

const encoded = { mime: 'image/jpeg' as const, bytes: new Uint8Array([9, 8]) };
const pixels: PixelSource = {
  imageTile: async ({ imageId }) => {
    if (imageId === 2) throw new RailscopeError('image-truncated', 'ends too early', { path: '/a.jpg' });
    return { width: 2, height: 1, channels: 1, bitDepth: 16, bytes: new Uint8Array([1, 2, 3, 4]) };
  },
  probabilityTile: async () => ({ width: 1, height: 1, channels: 1, bitDepth: 8, bytes: new Uint8Array([7]) }),
  thumbnail: async () => encoded,
  crop: async () => encoded,
  overlay: async () => ({ mime: 'image/png', bytes: new Uint8Array([1]) }),
};

let root: string;
const get = (url: string, source: PixelSource = pixels): Promise<Response> => createProtocolHandler(root, source)({ method: 'GET', url });
const getPath = (pathname: string): Promise<Response> => get(resourceOrigin + pathname);

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'railscope-protocol-'));
  root = path.join(folder, 'renderer');
  await mkdir(path.join(root, 'assets'), { recursive: true });
  await writeFile(path.join(folder, 'secret.txt'), 'secret');
  await writeFile(path.join(root, 'index.html'), '<meta name="csp-nonce" content="__CSP_NONCE__">');
  await writeFile(path.join(root, 'assets/index-1a2b.js'), 'start()');
  await writeFile(path.join(root, 'odd.exe'), 'x');
});

describe('pixels', () => {
  it('answers raw tiles with their shape in the headers', async () => {
    const response = await get(imageTileUrl(1, 0, 0, 0));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-width': '2',
      'x-height': '1',
      'x-channels': '1',
      'x-bit-depth': '16',
      'cache-control': 'no-store',
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3, 4]));
  });

  it('answers encoded pictures with their type', async () => {
    const response = await get(thumbnailUrl(1));
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(encoded.bytes);
  });

  it('answers failures with the error as JSON', async () => {
    const response = await get(imageTileUrl(2, 0, 0, 0));
    expect(response.status).toBe(422);
    expect(errorInfoSchema.parse(await response.json())).toEqual({
      code: 'image-truncated',
      message: 'ends too early',
      details: { path: '/a.jpg' },
    });
  });

  it.each<[ErrorCode, number]>([
    ['image-missing', 404],
    ['no-project', 404],
    ['image-corrupt', 422],
    ['process-gone', 500],
  ])('answers %s with status %i', async (code, status) => {
    const failing = { ...pixels, thumbnail: () => Promise.reject(new RailscopeError(code, 'no')) };
    expect((await get(thumbnailUrl(1), failing)).status).toBe(status);
  });

  it('answers a wrong address with 400', async () => {
    expect((await getPath('/image/x/0/0/0')).status).toBe(400);
    expect((await get('railscope://other/index.html')).status).toBe(400);
    expect((await createProtocolHandler(root, pixels)({ method: 'POST', url: thumbnailUrl(1) })).status).toBe(400);
  });
});

describe('files of the window', () => {
  it('gives each load of a page its own nonce, the same in header and page', async () => {
    const nonceOf = async (): Promise<string> => {
      const response = await getPath('/index.html');
      const nonce = /content="([^"]+)"/.exec(await response.text())?.[1] ?? '';
      expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
      expect(response.headers.get('cache-control')).toBe('no-store');
      return nonce;
    };
    const first = await nonceOf();
    expect(first).toHaveLength(24);
    expect(await nonceOf()).not.toBe(first);
  });

  it('allows scripts from the application only', async () => {
    const policy = (await getPath('/index.html')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
  });

  it('lets named-by-content files be cached', async () => {
    const response = await getPath('/assets/index-1a2b.js');
    expect(await response.text()).toBe('start()');
    expect(response.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(response.headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/index.html%00.js',
    '/%zz',
    '/',
  ])('does not leave its folder for %s', async (pathname) => {
    const response = await getPath(pathname);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('"secret"');
  });

  it('answers 404 for files that are not there or of no known type', async () => {
    expect((await getPath('/nothing.js')).status).toBe(404);
    expect((await getPath('/odd.exe')).status).toBe(404);
    expect((await getPath('/assets')).status).toBe(404);
  });
});
