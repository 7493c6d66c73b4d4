/** Written by the pages where the nonce of this load belongs. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** Nothing from outside the application, no inline script, inline style elements only with the nonce of this load. */
export function contentSecurityPolicy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' blob: data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
