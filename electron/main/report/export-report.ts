import type { ReportOptions } from '#shared/domain/report';
import type { ProjectPort } from '#shared/ports/project';
import { RailscopeError } from '#shared/errors/railscope-error';
import { OutputFile } from './pdf/output-file';
import { PdfMerger } from './pdf/pdf-merger';
import { ReportPrinter, type ReportWindow } from './report-printer';

/** Pages that are drawn and printed at once: what memory holds at most. */
const PAGES_PER_CHUNK = 20;

export interface ReportJob {
  project: Pick<ProjectPort, 'report.data'>;
  options: ReportOptions;
  /** the finished file; replaced where it exists */
  outputPath: string;
  appVersion: string;
  /** a hidden window that may load `railscope://app/report.html`; it needs no preload script */
  createWindow: () => ReportWindow;
  /** in pages; the last call has done = total */
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

/**
 * Prints the report into one PDF. Nothing appears under `outputPath`, and nothing stays beside it, unless it is whole.
 * @throws cancelled, write-failed, disk-full, report-failed, and what `report.data` throws
 */
export async function exportReport(job: ReportJob): Promise<void> {
  throwIfCancelled(job.signal);
  const output = await OutputFile.create(job.outputPath);
  try {
    await printInto(output, job);
    throwIfCancelled(job.signal);
    await output.commit();
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function printInto(output: OutputFile, { project, options, appVersion, createWindow, onProgress, signal }: ReportJob): Promise<void> {
  const data = await project['report.data']({ options });
  throwIfCancelled(signal);
  const printer = await ReportPrinter.open(createWindow, signal);
  try {
    const document = await printer.start({ ...data, appVersion });
    const merger = await PdfMerger.start(output);
    onProgress(0, document.pageCount);
    // one chunk is joined while the next is drawn
    let joining: Promise<void> = Promise.resolve();
    for (let from = 0; from < document.pageCount; from += PAGES_PER_CHUNK) {
      const to = Math.min(from + PAGES_PER_CHUNK, document.pageCount);
      const chunk = await printer.print(from, to);
      await joining;
      throwIfCancelled(signal);
      joining = merger.append(chunk, to - from);
      joining.catch(() => undefined);
      onProgress(to, document.pageCount);
    }
    await joining;
    await merger.finish(document, appVersion);
  } finally {
    printer.close();
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new RailscopeError('cancelled', 'the report was cancelled');
}
