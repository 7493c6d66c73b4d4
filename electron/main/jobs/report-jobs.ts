/** Reports as jobs: progress by pages, cancel, the finished file. They live in memory only. */
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { ReportOptions } from '#shared/domain/report';
import type { JobEvent, JobProgress } from '#shared/jobs/types';
import type { JobBoard } from './job-board';

/** Makes one PDF. @throws report-failed, cancelled, disk-full, write-failed */
export type ReportMaker = (input: {
  options: ReportOptions;
  outputPath: string;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}) => Promise<void>;

export interface ReportJobs {
  /** @returns the job's id; negative, since ids of database rows are positive */
  start(options: ReportOptions, outputPath: string): number;
  /** @returns false where it is not one of its unfinished jobs */
  cancel(jobId: number): boolean;
  /** the last finished file; null = none yet */
  lastFile(): string | null;
  /** cancels all and waits for them to end */
  stop(): Promise<void>;
}

export function createReportJobs(make: ReportMaker, board: JobBoard, now: () => number = Date.now): ReportJobs {
  const open = new Map<number, { abort: AbortController; ended: Promise<void> }>();
  let lastId = 0;
  let lastFile: string | null = null;

  const run = async (jobId: number, options: ReportOptions, outputPath: string, signal: AbortSignal): Promise<void> => {
    const startedMs = now();
    const event: JobEvent = {
      jobId,
      kind: 'report',
      state: 'running',
      progress: pace(0, 0, 0),
      engine: null,
      error: null,
      outputPath: null,
    };
    const onProgress = (done: number, total: number): void => {
      event.progress = pace(done, total, now() - startedMs);
      board.update({ ...event });
    };
    board.update({ ...event });
    try {
      await make({ options, outputPath, onProgress, signal });
      lastFile = outputPath;
      board.update({ ...event, state: 'done', outputPath });
    } catch (error) {
      const info = toErrorInfo(error);
      if (signal.aborted || info.code === 'cancelled') board.update({ ...event, state: 'cancelled' });
      else board.update({ ...event, state: 'failed', error: { ...info, details: { path: outputPath, ...info.details } } });
    } finally {
      open.delete(jobId);
    }
  };

  return {
    start(options, outputPath) {
      const jobId = --lastId;
      const abort = new AbortController();
      // starts in the next turn, so that `open` holds the job before it can end
      const ended = Promise.resolve().then(() => run(jobId, options, outputPath, abort.signal));
      open.set(jobId, { abort, ended });
      return jobId;
    },
    cancel(jobId) {
      const job = open.get(jobId);
      job?.abort.abort();
      return job !== undefined;
    },
    lastFile: () => lastFile,
    async stop() {
      const jobs = [...open.values()];
      for (const { abort } of jobs) abort.abort();
      await Promise.all(jobs.map(({ ended }) => ended));
    },
  };
}

/** Pages done of all pages; the rate is pages a second. */
function pace(done: number, total: number, elapsedMs: number): JobProgress {
  const seconds = elapsedMs / 1000;
  const perPage = done > 0 ? seconds / done : null;
  return {
    done,
    failed: 0,
    total,
    secondsPerImage: perPage,
    imagesPerSecond: done > 0 && seconds > 0 ? done / seconds : null,
    secondsLeft: perPage === null ? null : perPage * Math.max(0, total - done),
  };
}
