/** The export that runs in main, as this window sees it. It goes on when the dialog is closed. */
import { useCallback, useEffect, useState } from 'react';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import type { ReportOptions } from '#shared/domain/report';
import type { JobEvent, JobProgress } from '#shared/jobs/types';
import { invoke, onEvent } from '../../platform/bridge';

export type ExportState =
  | { kind: 'idle' }
  /** the save dialog is open, or the job has not reported yet */
  | { kind: 'starting' }
  | { kind: 'running'; jobId: number; progress: JobProgress }
  | { kind: 'done'; outputPath: string }
  | { kind: 'cancelled' }
  | { kind: 'failed'; error: ErrorInfo };

export interface ReportJob {
  state: ExportState;
  start: (options: ReportOptions) => void;
  cancel: () => void;
  /** back to the choices after an end */
  reset: () => void;
}

const unknownFailure: ErrorInfo = { code: 'report-failed', message: 'the report job failed without a reason', details: {} };

export function useReportJob(): ReportJob {
  const [state, setState] = useState<ExportState>({ kind: 'idle' });

  useEffect(() => {
    const end = onEvent('job.changed', (job) => {
      if (job.kind === 'report') setState(exportState(job));
    });
    void findRunningJob().then((job) => {
      if (job) setState(exportState(job));
    });
    return end;
  }, []);

  const start = useCallback((options: ReportOptions) => {
    setState({ kind: 'starting' });
    invoke('jobs.startReport', { options, outputPath: null })
      // null = no file was chosen
      .then((started) => started ?? setState({ kind: 'idle' }))
      .catch((error: unknown) => setState({ kind: 'failed', error: toErrorInfo(error) }));
  }, []);

  const runningId = state.kind === 'running' ? state.jobId : null;
  const cancel = useCallback(() => {
    if (runningId === null) return;
    invoke('jobs.cancel', { jobId: runningId }).catch((error: unknown) => setState({ kind: 'failed', error: toErrorInfo(error) }));
  }, [runningId]);

  const reset = useCallback(() => setState({ kind: 'idle' }), []);
  return { state, start, cancel, reset };
}

/** A window that was reloaded finds its export again. */
async function findRunningJob(): Promise<JobEvent | undefined> {
  const jobs = await invoke('jobs.current', undefined).catch(() => []);
  return jobs.find((job) => job.kind === 'report' && (job.state === 'running' || job.state === 'queued'));
}

function exportState(job: JobEvent): ExportState {
  switch (job.state) {
    case 'queued':
    case 'running':
    case 'paused':
      return { kind: 'running', jobId: job.jobId, progress: job.progress };
    case 'done':
      return { kind: 'done', outputPath: job.outputPath ?? '' };
    case 'cancelled':
      return { kind: 'cancelled' };
    case 'failed':
      return { kind: 'failed', error: job.error ?? unknownFailure };
  }
}
