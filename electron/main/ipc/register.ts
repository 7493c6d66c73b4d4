import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { channels, type Router } from './router';
import type { CallSender } from './trusted-windows';

/** Registers one Electron handler per channel of the contract. */
export function registerRouter(router: Router): void {
  for (const channel of channels) ipcMain.handle(channel, (event, raw: unknown) => router(channel, describeSender(event), raw));
}

function describeSender(event: IpcMainInvokeEvent): CallSender {
  const frame = event.senderFrame;
  return { webContentsId: event.sender.id, isMainFrame: frame !== null && frame === event.sender.mainFrame, url: frame?.url ?? '' };
}
