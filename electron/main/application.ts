/** The application without Electron: everything behind the window, put together. */
import path from 'node:path';
import type { ChannelOutput, EventName, EventPayload } from '#shared/ipc/contract';
import { events } from '#shared/ipc/contract';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { AppSettings } from '#shared/domain/settings';
import type { ProjectInfo } from '#shared/domain/project';
import { projectEvents, type ProjectPort } from '#shared/ports/project';
import { prepareDemoFolder } from './demo';
import { forwardTo } from './ipc/forward';
import { createHandlers, type Desktop } from './ipc/handlers';
import { createRouter, type Router } from './ipc/router';
import { isTrustedSender } from './ipc/trusted-windows';
import { createWindowEvents } from './ipc/window-events';
import { createInspectionRunner } from './jobs/inspection-runner';
import { createJobBoard } from './jobs/job-board';
import { createReportJobs, type ReportMaker } from './jobs/report-jobs';
import type { Log } from './log';
import { createBackground, type ProcessName } from './processes/background';
import { withRemoteServer } from './processes/remote-inference';
import type { Child } from './processes/supervisor';
import { createProjectSession } from './project-session';
import { openRecentProjects } from './recent';
import { openRemoteTokens, type Vault } from './remote-token';
import { openSettings } from './settings';

export interface ApplicationOptions {
  version: string;
  electron: string;
  userDataFolder: string;
  documentsFolder: string;
  logFolder: string;
  /** the built-in pictures */
  demoImages: string;
  /** the folder to open first; null = none */
  openFolder: string | null;
  /** open the built-in project where no folder is named */
  openDemo: boolean;
  /** where the database of `openFolder` is kept; null = its own place */
  dataFolder: string | null;
  log: Log;
  desktop: Desktop;
  vault: Vault;
  startChild(name: ProcessName): Child;
  /** hands an event to the window, if there is one */
  deliver(event: EventName, payload: unknown): void;
  /** parse events before they are sent */
  checkEvents: boolean;
  makeReport(project: ProjectPort, ...rest: Parameters<ReportMaker>): Promise<void>;
  onSettings(settings: AppSettings): void;
}

export interface Application {
  router: Router;
  project: ProjectPort;
  settings(): AppSettings;
  /** the window is to open this folder when it asks next */
  setOpenFolder(folder: string): void;
  sendMenuCommand(command: EventPayload<'menu.command'>['command']): void;
  /** starts the processes before the window asks */
  warmUp(): void;
  /** saves what is to be saved and ends the processes; never rejects */
  shutDown(): Promise<void>;
}

/** a project process that does not close in this time is killed; its database survives that */
const CLOSE_TIMEOUT_MS = 5_000;

export async function createApplication(options: ApplicationOptions): Promise<Application> {
  const { userDataFolder, log } = options;
  const demoFolder = path.join(userDataFolder, 'demo');
  const settings = await openSettings(path.join(userDataFolder, 'settings.json'));
  const recent = await openRecentProjects(path.join(userDataFolder, 'recent.json'));
  const windowEvents = createWindowEvents((event, payload) => options.deliver(event, payload), options.checkEvents);
  const notify = (error: ErrorInfo, severity: 'warning' | 'error'): void => windowEvents.send('notice', { error, severity });
  const logFailure = (what: string, error: ErrorInfo): void => log.write('warning', 'main', `${what}: ${error.code}: ${error.message}`);
  let { remoteServer } = settings.get();
  let openFolder = options.openFolder ?? (options.openDemo ? demoFolder : null);

  const background = createBackground({
    startChild: (name) => options.startChild(name),
    onProjectRestarted: (line) => session.reopen(line),
    onGone(name, reason, willRestart) {
      if (name === 'inference') runner.forgetSessions();
      log.write('error', name, `process ended: ${reason}${willRestart ? '' : ', not started again'}`);
      notify(processGone(name, reason), willRestart ? 'warning' : 'error');
    },
  });
  const remoteTokens = await openRemoteTokens(path.join(userDataFolder, 'remote-token.bin'), options.vault);
  const inference = withRemoteServer(background.inference, () => {
    const { remoteServer: server } = settings.get();
    return server && { server, token: remoteTokens.get(server.url) };
  });
  const project = background.project.call;

  const board = createJobBoard((event) => windowEvents.send('job.changed', event));
  const runner = createInspectionRunner({
    project,
    inference,
    board,
    onFailure: logFailure,
  });
  const reports = createReportJobs((input) => options.makeReport(project, input), board);
  const session = createProjectSession({
    project,
    recent,
    userDataFolder,
    appVersion: options.version,
    demoFolder,
    prepareDemo: () => prepareDemoFolder(options.demoImages, demoFolder),
    dataFolderOf: (folder) => (folder === options.openFolder ? options.dataFolder : null),
    async onOpened(info: ProjectInfo) {
      openFolder = null;
      if (info.readOnly) return;
      await runner.resumeUnfinished().catch((error: unknown) => logFailure('unfinished job', toErrorInfo(error)));
    },
    async onClosing() {
      openFolder = null;
      await Promise.all([runner.suspend(), reports.stop()]);
      board.clear();
    },
    onFailure: logFailure,
  });

  background.project.on(projectEvents.counts, (payload) => {
    const counts = events['project.counts'].parse(payload);
    session.noteCounts(counts);
    windowEvents.send('project.counts', counts);
  });
  background.project.on(projectEvents.imagesChanged, (payload) =>
    windowEvents.send('images.changed', events['images.changed'].parse(payload)),
  );
  background.project.on(projectEvents.notice, (payload) => windowEvents.send('notice', events.notice.parse(payload)));

  const info = (): ChannelOutput<'app.info'> => ({
    version: options.version,
    electron: options.electron,
    platform: process.platform,
    demoFolder,
    openFolder: openFolder ?? session.current()?.folder ?? null,
  });
  const handlers = createHandlers({
    project,
    inference,
    session,
    runner,
    reports,
    board,
    settings,
    recent,
    remoteTokens,
    desktop: options.desktop,
    logFolder: options.logFolder,
    documentsFolder: options.documentsFolder,
    info,
    onSettings(changed) {
      if (changed.remoteServer !== remoteServer) runner.forgetDevice('remote');
      remoteServer = changed.remoteServer;
      options.onSettings(changed);
    },
  });
  const router = createRouter({
    handlers,
    forward: forwardTo(project),
    isTrusted: isTrustedSender,
    onFailure: (channel, error) => logFailure(channel, error),
  });

  return {
    router,
    project,
    settings: () => settings.get(),
    setOpenFolder: (folder) => (openFolder = folder),
    sendMenuCommand: (command) => windowEvents.send('menu.command', { command }),
    warmUp: () => background.warmUp(),
    async shutDown() {
      const closed = session.close().catch((error: unknown) => log.write('error', 'main', `closing the project: ${String(error)}`));
      await Promise.race([closed, delay(CLOSE_TIMEOUT_MS)]);
      background.stop();
    },
  };
}

function processGone(name: ProcessName, reason: string): ErrorInfo {
  return { code: 'process-gone', message: `${name} process ended: ${reason}`, details: { process: name, reason } };
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs).unref());
}
