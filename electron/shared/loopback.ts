/** Whether a host name or address, as a URL or a `Host` field writes it, is this computer itself. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
