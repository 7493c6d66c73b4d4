/** A report window without Electron: answers the page's calls and prints small PDFs. */
import type { ReportDocument } from '#shared/report/page-api';
import type { ReportWindow } from '../report-printer';
import { untaggedChunk } from './chunks';

export interface FakeWindow extends ReportWindow {
  /** code that was run in the page */
  readonly calls: string[];
  destroyed: boolean;
  crash(reason: string): void;
}

export interface FakeWindowBehaviour {
  document: ReportDocument;
  /** in the place of drawing */
  onShow?: (from: number, to: number) => Promise<unknown>;
  /** pages printed besides those asked for */
  extraPages?: number;
}

export function createFakeWindow({ document, onShow, extraPages = 0 }: FakeWindowBehaviour): FakeWindow {
  let shown: string[] = [];
  let onGone: ((event: unknown, details: { reason: string }) => void) | null = null;
  const window: FakeWindow = {
    calls: [],
    destroyed: false,
    loadURL: async () => undefined,
    isDestroyed: () => window.destroyed,
    destroy: () => {
      window.destroyed = true;
    },
    crash: (reason) => onGone?.({}, { reason }),
    webContents: {
      once: (_event, listener) => {
        onGone = listener;
      },
      printToPDF: async () => untaggedChunk([...shown, ...Array.from({ length: extraPages }, () => 'extra')]),
      executeJavaScript: async (code) => {
        window.calls.push(code);
        const show = /show\((\d+), (\d+)\)/.exec(code);
        if (!show) return document;
        const [from, to] = [Number(show[1]), Number(show[2])];
        shown = Array.from({ length: to - from }, (_, index) => `page ${from + index + 1}`);
        return onShow ? onShow(from, to) : { missingPictures: 0 };
      },
    },
  };
  return window;
}
