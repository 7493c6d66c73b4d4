/** The workspace window. */
import { app, BrowserWindow, screen, session, type WebContents } from 'electron';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { resourceOrigin } from '#shared/resource-url';
import { registerTrustedWindow } from './ipc/trusted-windows';
import { readJsonFile, writeJsonFile } from './json-file';
import type { Log } from './log';
import { initialBounds, minimumWindowSize, windowStateSchema } from './window-bounds';

/** the window's own background, so that it does not flash white */
const BACKGROUND = '#15171a';
/** after so many crashes of the page in one minute it is left alone */
const RELOAD_LIMIT = 3;

export interface WindowOptions {
  preload: string;
  /** where size and position are kept */
  stateFile: string;
  title: string;
  log: Log;
}

export async function createWorkspaceWindow(options: WindowOptions): Promise<BrowserWindow> {
  const stored = await readJsonFile(options.stateFile, windowStateSchema);
  const bounds = initialBounds(
    stored,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...bounds,
    minWidth: minimumWindowSize.width,
    minHeight: minimumWindowSize.height,
    show: false,
    backgroundColor: BACKGROUND,
    title: options.title,
    autoHideMenuBar: process.platform === 'linux',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      // its dictionaries would come over the network
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (stored?.maximised) window.maximize();
  registerTrustedWindow(window.webContents);
  window.once('ready-to-show', () => window.show());
  window.on('page-title-updated', (event) => event.preventDefault());
  window.on('close', () => rememberBounds(window, options));
  reloadAfterCrash(window, options.log);
  // a page that fails to load says so itself; the promise would only repeat it
  window
    .loadURL(`${resourceOrigin}/index.html`)
    .catch((error: unknown) => options.log.write('error', 'window', toErrorInfo(error).message));
  return window;
}

/** No page of ours leaves the application, opens windows, or asks for rights. Holds for every window, report pages too. */
export function restrictAllPages(): void {
  app.on('web-contents-created', (_, contents) => restrictPage(contents));
  session.defaultSession.setPermissionRequestHandler((_, __, answer) => answer(false));
  session.defaultSession.setPermissionCheckHandler(() => false);
}

function restrictPage(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // a page may load itself again
  contents.on('will-navigate', (event) => {
    if (event.url !== contents.getURL()) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

function rememberBounds(window: BrowserWindow, { stateFile, log }: WindowOptions): void {
  const state = { ...window.getNormalBounds(), maximised: window.isMaximized() };
  writeJsonFile(stateFile, state).catch((error: unknown) => log.write('warning', 'window', toErrorInfo(error).message));
}

/** Everything that counts is in the database: a page that crashed is loaded again and shows it. */
function reloadAfterCrash(window: BrowserWindow, log: Log): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_, { reason }) => {
    log.write('error', 'window', `the page ended: ${reason}`);
    if (reason === 'clean-exit') return;
    crashes = [...crashes.filter((atMs) => Date.now() - atMs < 60_000), Date.now()];
    if (crashes.length <= RELOAD_LIMIT) window.webContents.reload();
  });
}
