/** The files of the window's own page: dist/renderer and nothing outside it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { RailscopeError } from '#shared/errors/railscope-error';
import { contentSecurityPolicy, NONCE_PLACEHOLDER } from './content-security-policy';

const mimeTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** Vite names these by their content, so they never change. */
const hashedAssets = '/assets/';

/**
 * @param root absolute folder of the built window
 * @param pathname of the address, percent-encoded
 * @returns status 404 where there is no such file
 * @throws bad-request for a path that leaves the root or cannot be decoded
 */
export async function serveStaticFile(root: string, pathname: string): Promise<Response> {
  const file = resolveInside(root, pathname);
  const content = await readFile(file).catch(() => null);
  const mime = mimeTypes[path.extname(file).toLowerCase()];
  if (content === null || mime === undefined) return new Response('not found', { status: 404, headers: { 'content-type': 'text/plain' } });
  const headers = { 'content-type': mime, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };
  if (file.endsWith('.html')) return pageResponse(content.toString('utf8'), headers);
  const caching = pathname.startsWith(hashedAssets) ? 'public, max-age=31536000, immutable' : 'no-store';
  return new Response(content, { headers: { ...headers, 'cache-control': caching } });
}

/** A page gets a fresh nonce in its header and, for the style elements that the component library adds, in its meta element. */
function pageResponse(html: string, headers: Record<string, string>): Response {
  const nonce = randomBytes(16).toString('base64');
  return new Response(html.replaceAll(NONCE_PLACEHOLDER, nonce), {
    headers: { ...headers, 'cache-control': 'no-store', 'content-security-policy': contentSecurityPolicy(nonce) },
  });
}

function resolveInside(root: string, pathname: string): string {
  const relative = decode(pathname);
  const file = path.resolve(root, `.${relative}`);
  if (relative.includes('\0') || relative.includes('\\') || !file.startsWith(root + path.sep)) {
    throw new RailscopeError('bad-request', 'not a file of the window', { path: pathname.slice(0, 200) });
  }
  return file;
}

function decode(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new RailscopeError('bad-request', 'not a file of the window', { path: pathname.slice(0, 200) });
  }
}
