/** Drives the hidden window that draws the report's pages and prints them. */
import { z } from 'zod';
import type { ReportData } from '#shared/domain/report';
import { reportDocumentSchema, shownPagesSchema, type ReportDocument } from '#shared/report/page-api';
import { RailscopeError } from '#shared/errors/railscope-error';
import { resourceOrigin } from '#shared/resource-url';

/** The part of Electron's BrowserWindow that printing needs. */
export interface ReportWindow {
  readonly webContents: ReportWindowContents;
  loadURL(url: string): Promise<void>;
  isDestroyed(): boolean;
  destroy(): void;
}

export interface ReportWindowContents {
  executeJavaScript(code: string): Promise<unknown>;
  printToPDF(options: typeof printOptions): Promise<Uint8Array>;
  once(event: 'render-process-gone', listener: (event: unknown, details: { reason: string }) => void): unknown;
}

const printOptions = {
  pageSize: 'A4' as const,
  printBackground: true,
  preferCSSPageSize: true,
  margins: { top: 0, bottom: 0, left: 0, right: 0 },
  generateTaggedPDF: true,
};
const STEP_TIMEOUT_MS = 180_000;

export class ReportPrinter {
  readonly #window: ReportWindow;
  /** rejects when the window can do no more: its process died, or the job was cancelled */
  readonly #ended: Promise<never>;

  private constructor(window: ReportWindow, signal: AbortSignal) {
    this.#window = window;
    this.#ended = new Promise((_, reject) => {
      window.webContents.once('render-process-gone', (_event, { reason }) =>
        reject(new RailscopeError('report-failed', `the report page ended: ${reason}`, { reason })),
      );
      signal.addEventListener('abort', () => reject(new RailscopeError('cancelled', 'the report was cancelled')), { once: true });
    });
    this.#ended.catch(() => undefined);
  }

  /** @throws report-failed, cancelled */
  static async open(createWindow: () => ReportWindow, signal: AbortSignal): Promise<ReportPrinter> {
    const window = createWindow();
    const printer = new ReportPrinter(window, signal);
    try {
      await printer.#step('opening the report page', window.loadURL(`${resourceOrigin}/report.html`));
    } catch (error) {
      printer.close();
      throw error;
    }
    return printer;
  }

  /** Hands over the data. @throws report-failed, cancelled */
  async start(data: ReportData): Promise<ReportDocument> {
    return this.#call('start', [JSON.stringify(data)], reportDocumentSchema);
  }

  /** Pages [from, to) as a PDF of their own. @throws report-failed, cancelled */
  async print(from: number, to: number): Promise<Uint8Array> {
    await this.#call('show', [from, to], shownPagesSchema);
    return this.#step('printing', this.#window.webContents.printToPDF(printOptions));
  }

  close(): void {
    if (!this.#window.isDestroyed()) this.#window.destroy();
  }

  async #call<S extends z.ZodType>(method: 'start' | 'show', inputs: readonly (string | number)[], output: S): Promise<z.infer<S>> {
    const code = `window.railscopeReport.${method}(${inputs.map((input) => JSON.stringify(input)).join(', ')})`;
    const answer = await this.#step(method, this.#window.webContents.executeJavaScript(code));
    const parsed = output.safeParse(answer);
    if (!parsed.success) throw new RailscopeError('report-failed', `answer of the report page: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  async #step<T>(what: string, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer for ${STEP_TIMEOUT_MS / 1000} s`)), STEP_TIMEOUT_MS);
    });
    try {
      return await Promise.race([work, this.#ended, timeout]);
    } catch (error) {
      if (error instanceof RailscopeError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new RailscopeError('report-failed', `${what}: ${reason}`, { reason }, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
