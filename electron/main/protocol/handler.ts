/** Answers every request under `railscope://app`: files of the window, and pixels from the project process. */
import { assertNever, RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorCode, ErrorInfo } from '#shared/errors/codes';
import type { EncodedImage, ProjectPort, RawTile } from '#shared/ports/project';
import { resourceOrigin } from '#shared/resource-url';
import { patient } from '../patient';
import { parseResourceUrl, type ResourceRequest } from './parse-resource';
import { serveStaticFile } from './static-files';

/** The part of the project process that serves pixels. */
export type PixelSource = Pick<ProjectPort, 'imageTile' | 'probabilityTile' | 'thumbnail' | 'crop' | 'overlay'>;

/**
 * @param rendererFolder absolute folder of the built window
 * @returns a handler for `protocol.handle`; it never rejects: failures answer with an ErrorInfo as JSON
 */
export function createProtocolHandler(
  rendererFolder: string,
  pixels: PixelSource,
): (request: { method: string; url: string }) => Promise<Response> {
  return async (request) => {
    try {
      const url = parseUrl(request.url);
      if (request.method !== 'GET') throw new RailscopeError('bad-request', `${request.method} is not answered`);
      const resource = parseResourceUrl(url);
      return resource ? await serveResource(pixels, resource) : await serveStaticFile(rendererFolder, url.pathname);
    } catch (error) {
      return errorResponse(toErrorInfo(error));
    }
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || `${url.protocol}//${url.host}` !== resourceOrigin) throw new RailscopeError('bad-request', 'unknown address');
  return url;
}

async function serveResource(pixels: PixelSource, resource: ResourceRequest): Promise<Response> {
  switch (resource.kind) {
    case 'image':
      return tileResponse(await patient(() => pixels.imageTile(resource.input)));
    case 'probability':
      return tileResponse(await patient(() => pixels.probabilityTile(resource.input)));
    case 'thumbnail':
      return imageResponse(await patient(() => pixels.thumbnail(resource.input)));
    case 'crop':
      return imageResponse(await patient(() => pixels.crop(resource.input)));
    case 'overlay':
      return imageResponse(await patient(() => pixels.overlay(resource.input)));
    default:
      return assertNever(resource, 'resource');
  }
}

function tileResponse(tile: RawTile): Response {
  return bytesResponse(tile.bytes, {
    'content-type': 'application/octet-stream',
    'x-width': String(tile.width),
    'x-height': String(tile.height),
    'x-channels': String(tile.channels),
    'x-bit-depth': String(tile.bitDepth),
  });
}

function imageResponse(image: EncodedImage): Response {
  return bytesResponse(image.bytes, { 'content-type': image.mime });
}

/** Never cached: image ids start anew in every project, and masks change. */
function bytesResponse(bytes: Uint8Array, headers: Record<string, string>): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { ...headers, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

function errorResponse(error: ErrorInfo): Response {
  return new Response(JSON.stringify(error), {
    status: statusOf(error.code),
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  });
}

function statusOf(code: ErrorCode): number {
  if (code === 'bad-request') return 400;
  if (code === 'image-missing' || code === 'no-project') return 404;
  if (code === 'internal' || code === 'process-gone') return 500;
  return 422;
}
