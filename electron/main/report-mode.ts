/** `--railscope-report`: the command line's way to a PDF, since only Electron can print. No window is shown. */
import { errorText } from '#shared/errors/error-text';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import type { ProjectPort } from '#shared/ports/project';
import type { ReportRequest } from './command-line';
import type { ReportMaker } from './jobs/report-jobs';

export const reportExitCodes = { done: 0, usage: 2, failed: 3 } as const;

export interface ReportModeOptions {
  request: ReportRequest;
  project: ProjectPort;
  makeReport: ReportMaker;
  userDataFolder: string;
  appVersion: string;
  signal: AbortSignal;
  /** one line for the caller's terminal */
  print(line: string): void;
}

/** @returns the exit code; failures are printed in both languages */
export async function runReportMode({ request, project, ...options }: ReportModeOptions): Promise<number> {
  const { folder, dataFolder, outputPath, locale } = request;
  try {
    await project.open({ folder, dataFolder, userDataFolder: options.userDataFolder, appVersion: options.appVersion });
    await project.scanned(undefined);
    await options.makeReport({
      options: { locale, defects: 'not-rejected', includeCoverageList: true },
      outputPath,
      onProgress: () => undefined,
      signal: options.signal,
    });
    await project.close(undefined);
    return reportExitCodes.done;
  } catch (error) {
    options.print(bilingual(toErrorInfo(error)));
    return reportExitCodes.failed;
  }
}

/** What happened and what to do, Chinese first. */
export function bilingual(error: ErrorInfo): string {
  return (['zh-CN', 'en'] as const)
    .map((locale) => {
      const { title, remedy } = errorText(locale, error);
      return `${title}\n  ${remedy}`;
    })
    .join('\n');
}
