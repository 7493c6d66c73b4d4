/** Where Electron starts. The scheme must be known before Electron is ready, hence at load. */
import { app } from 'electron';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { parseCommandLine, type StartRequest } from './command-line';
import { registerResourceScheme } from './protocol/scheme';
import { bilingual, reportExitCodes } from './report-mode';
import { startReportMode } from './start-report-mode';
import { startWorkspace } from './start-workspace';

registerResourceScheme();
try {
  start(parseCommandLine(process.argv, { packaged: app.isPackaged, cwd: process.cwd() }));
} catch (error) {
  process.stderr.write(`${bilingual(toErrorInfo(error))}\n`);
  const isUsage = error instanceof RailscopeError && error.code === 'bad-request';
  app.exit(isUsage ? reportExitCodes.usage : reportExitCodes.failed);
}

function start(request: StartRequest): void {
  if (request.kind === 'report') startReportMode(request);
  else startWorkspace(request);
}
