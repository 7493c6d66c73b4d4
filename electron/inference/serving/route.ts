/** The addresses of the protocol. */
import { HttpError } from './http-error';

export type Route =
  | { readonly kind: 'live' | 'ready' | 'server' | 'models' }
  | { readonly kind: 'model' | 'model-ready' | 'stats'; readonly model: string }
  | { readonly kind: 'infer'; readonly model: string };

/** The only version of each of our models. */
export const MODEL_VERSION = '1';

const fixedPaths: Readonly<Record<string, Route>> = {
  '/v2': { kind: 'server' },
  '/v2/health/live': { kind: 'live' },
  '/v2/health/ready': { kind: 'ready' },
  '/v2/models': { kind: 'models' },
};
const kindOfEnding = { '': 'model', '/ready': 'model-ready', '/stats': 'stats', '/infer': 'infer' } as const;

/** @param target of the request line. @throws HttpError 404, 405 */
export function routeOf(method: string, target: string): Route {
  const path = (target.split(/[?#]/, 1)[0] ?? '').replace(/\/$/, '');
  const route = fixedPaths[path] ?? modelRoute(path);
  const allowed = route.kind === 'infer' ? ['POST'] : ['GET', 'HEAD'];
  if (!allowed.includes(method)) throw new HttpError(405, `${method} is not allowed here`, { allow: allowed.join(', ') });
  return route;
}

function modelRoute(path: string): Route {
  const [, model, version = MODEL_VERSION, ending = ''] =
    /^\/v2\/models\/([\w.%-]{1,200})(?:\/versions\/([\w.]{1,20}))?(\/ready|\/stats|\/infer)?$/.exec(path) ?? [];
  if (model === undefined || version !== MODEL_VERSION) throw new HttpError(404, 'there is nothing at this address');
  return { kind: kindOfEnding[ending as keyof typeof kindOfEnding], model };
}
