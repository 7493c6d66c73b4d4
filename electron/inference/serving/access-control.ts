/** Who may use the server: bearers of the token, or, where there is none, programs of this computer. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '#shared/loopback';
import { HttpError } from './http-error';

/**
 * Without a token a page in a browser could reach the loopback address too: by a form, or through a name that an
 * attacker points to 127.0.0.1. Browsers say where a request comes from and which name they used.
 * @param token null = loopback only
 * @throws HttpError 401, 403
 */
export function refuseStrangers(request: IncomingMessage, token: string | null): void {
  if (token !== null) {
    const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (sameText(given, token)) return;
    throw new HttpError(401, 'a valid bearer token is needed', { 'www-authenticate': 'Bearer' });
  }
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (request.headers.origin !== undefined || !isLoopback(host))
    throw new HttpError(403, 'only programs of this computer may use this server');
}

/** In the same time whatever the first difference is. */
function sameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
