/** Electron without a window, for one report. */
import { app } from 'electron';
import path from 'node:path';
import type { ReportRequest } from './command-line';
import { createElectronHost } from './electron-host';
import { createBackground } from './processes/background';
import { makePrivateProfile } from './private-profile';
import { reportExitCodes, runReportMode } from './report-mode';
import { restrictAllPages } from './window';

/** Starts now and ends the process with the exit code. */
export function startReportMode(request: ReportRequest): void {
  // a folder of its own: a window that is open beside it keeps its settings and its lock
  const projectsFolder = app.getPath('userData');
  const profileFolder = makePrivateProfile(path.join(projectsFolder, 'printing'));
  app.setPath('userData', profileFolder);
  // between two chunks there may be no window
  app.on('window-all-closed', () => undefined);
  void app
    .whenReady()
    .then(() => printReport(request, profileFolder, projectsFolder))
    .catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      return reportExitCodes.failed;
    })
    .then((exitCode) => app.exit(exitCode));
}

/** @param projectsFolder the user's own data folder: projects of read-only folders live there */
async function printReport(request: ReportRequest, profileFolder: string, projectsFolder: string): Promise<number> {
  const host = createElectronHost(profileFolder, false);
  const background = createBackground({
    startChild: (name) => host.startChild(name),
    // the report then ends with "no project is open"
    onProjectRestarted: async () => undefined,
    onGone: (name, reason) => host.log.write('error', name, `process ended: ${reason}`),
  });
  const project = background.project.call;
  restrictAllPages();
  host.serveScheme(project);
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => abort.abort());
  const exitCode = await runReportMode({
    request,
    project,
    makeReport: (input) => host.makeReport(project, input),
    userDataFolder: projectsFolder,
    appVersion: app.getVersion(),
    signal: abort.signal,
    print: (line) => void process.stderr.write(`${line}\n`),
  });
  background.stop();
  return exitCode;
}
