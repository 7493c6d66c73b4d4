import { protocol } from 'electron';
import { resourceScheme } from '#shared/resource-url';

/** Must run while the main module loads, before Electron is ready. */
export function registerResourceScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: resourceScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ]);
}
