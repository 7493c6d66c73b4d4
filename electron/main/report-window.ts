import { BrowserWindow } from 'electron';

/** The hidden window that draws and prints the pages of a report. It gets its data from main and has no bridge. */
export function createReportWindow(): BrowserWindow {
  return new BrowserWindow({
    show: false,
    width: 900,
    height: 1200,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: false,
    },
  });
}
