/** What both ways of starting share: paths, log, child processes, the scheme's handler, the printer of reports. */
import { app, protocol } from 'electron';
import path from 'node:path';
import { resourceScheme } from '#shared/resource-url';
import type { ProjectPort } from '#shared/ports/project';
import { appPaths, type AppPaths } from './app-paths';
import type { ReportMaker } from './jobs/report-jobs';
import { openLog, type Log } from './log';
import type { ProcessName } from './processes/background';
import type { Child } from './processes/supervisor';
import { startUtilityProcess } from './processes/utility-transport';
import { createProtocolHandler } from './protocol/handler';
import { exportReport } from './report';
import { createReportWindow } from './report-window';

export interface ElectronHost {
  paths: AppPaths;
  log: Log;
  logFolder: string;
  startChild(name: ProcessName): Child;
  /** from now on pages and pixels are served */
  serveScheme(project: ProjectPort): void;
  makeReport(project: ProjectPort, ...[input]: Parameters<ReportMaker>): Promise<void>;
}

const LOG_BYTES = 2_000_000;
const LOG_FILES = 5;

/** To be called once Electron is ready. @param echo also write the log to stderr */
export function createElectronHost(userDataFolder: string, echo: boolean): ElectronHost {
  const paths = appPaths(app.getAppPath(), app.isPackaged ? process.resourcesPath : null);
  const logFolder = path.join(userDataFolder, 'logs');
  const log = openLog({
    folder: logFolder,
    maximumBytes: LOG_BYTES,
    keep: LOG_FILES,
    echo: echo ? (line) => void process.stderr.write(line) : null,
  });
  logStrayErrors(log);
  const modules: Record<ProcessName, string> = { project: paths.projectProcess, inference: paths.inferenceProcess };
  return {
    paths,
    log,
    logFolder,
    startChild: (name) =>
      startUtilityProcess({
        name,
        modulePath: modules[name],
        env: { RAILSCOPE_CATALOG: process.env.RAILSCOPE_CATALOG ?? paths.catalogFolder, RAILSCOPE_CACHE_FOLDER: userDataFolder },
        log,
      }),
    serveScheme: (project) => protocol.handle(resourceScheme, createProtocolHandler(paths.rendererFolder, project)),
    makeReport: (project, input) => exportReport({ project, appVersion: app.getVersion(), createWindow: createReportWindow, ...input }),
  };
}

/** A mistake in one corner of main must not end the window, nor stop it with Electron's error box. */
function logStrayErrors(log: Log): void {
  const write = (error: unknown): void =>
    log.write('error', 'main', error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on('uncaughtException', write);
  process.on('unhandledRejection', write);
}
