/** The one bridge between window and main: only channels and events of the contract pass. */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron';
import type { Bridge } from '#shared/ipc/bridge';
import { contract, events } from '#shared/ipc/contract';
import { createBridge } from './bridge';

const bridge: Bridge = createBridge({
  channels: new Set(Object.keys(contract)),
  events: new Set(Object.keys(events)),
  invoke: (channel, input) => ipcRenderer.invoke(channel, input),
  subscribe(event, listener) {
    const relay = (_: IpcRendererEvent, payload: unknown): void => listener(payload);
    ipcRenderer.on(event, relay);
    return () => void ipcRenderer.off(event, relay);
  },
  pathForFile: (file) => webUtils.getPathForFile(file as File),
});

contextBridge.exposeInMainWorld('railscope', bridge);
