/** The application with its window. */
import { app, Menu, type BrowserWindow } from 'electron';
import path from 'node:path';
import { z } from 'zod';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { AppSettings } from '#shared/domain/settings';
import { createApplication, type Application } from './application';
import type { WindowRequest } from './command-line';
import { createDesktop } from './desktop';
import { createElectronHost, type ElectronHost } from './electron-host';
import { registerRouter } from './ipc/register';
import { menuTemplate } from './menu-template';
import { systemVault } from './system-vault';
import { createWorkspaceWindow, restrictAllPages } from './window';

const secondStartSchema = z.object({ folder: z.string().nullable() });

/** Starts now; a second start with the same user data only hands its folder to the first and ends. */
export function startWorkspace(request: WindowRequest): void {
  if (!app.requestSingleInstanceLock({ folder: request.folder })) {
    app.exit(0);
    return;
  }
  app
    .whenReady()
    .then(() => openWorkspace(request))
    .catch((error: unknown) => {
      process.stderr.write(`${toErrorInfo(error).message}\n`);
      app.exit(1);
    });
}

async function openWorkspace(request: WindowRequest): Promise<void> {
  const userDataFolder = app.getPath('userData');
  const host = createElectronHost(userDataFolder, !app.isPackaged);
  let window: BrowserWindow | null = null;
  const desktop = createDesktop(
    () => window,
    () => application.settings().locale,
  );
  const application = await createApplication({
    version: app.getVersion(),
    electron: process.versions.electron,
    userDataFolder,
    documentsFolder: app.getPath('documents'),
    logFolder: host.logFolder,
    demoImages: host.paths.demoImages,
    openFolder: request.folder,
    openDemo: request.demo,
    dataFolder: request.dataFolder,
    log: host.log,
    desktop,
    vault: systemVault,
    startChild: (name) => host.startChild(name),
    deliver(event, payload) {
      if (window && !window.isDestroyed()) window.webContents.send(event, payload);
    },
    checkEvents: !app.isPackaged,
    makeReport: (project, input) => host.makeReport(project, input),
    onSettings: (settings) => showMenu(settings, application),
  });
  application.warmUp();
  restrictAllPages();
  host.serveScheme(application.project);
  registerRouter(application.router);
  showMenu(application.settings(), application);
  window = await createWorkspaceWindow({
    preload: host.paths.preload,
    stateFile: path.join(userDataFolder, 'window.json'),
    title: app.getName(),
    log: host.log,
  });
  // hidden report pages do not keep the application alive
  window.on('closed', () => app.quit());
  takeSecondStarts(window, application);
  shutDownBeforeQuit(application, host);
}

function showMenu({ locale }: AppSettings, application: Application): void {
  const template = menuTemplate(locale, (command) => application.sendMenuCommand(command), { development: !app.isPackaged });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** The window comes to the front; a folder named on the second command line is opened in it. */
function takeSecondStarts(window: BrowserWindow, application: Application): void {
  app.on('second-instance', (_, __, ___, data) => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.focus();
    const second = secondStartSchema.safeParse(data);
    if (!second.success || second.data.folder === null) return;
    application.setOpenFolder(second.data.folder);
    // every gesture is saved already: the page starts anew and asks what to open
    window.webContents.reload();
  });
}

/** Windows are closed by now, with their last edits sent. */
function shutDownBeforeQuit(application: Application, { log }: ElectronHost): void {
  app.on('will-quit', (event) => {
    event.preventDefault();
    void application.shutDown().then(() => {
      log.write('info', 'main', 'ended');
      app.exit(0);
    });
  });
}
