/** What is known of every job of the open project, and the one stream of `job.changed`. */
import type { JobEvent, JobState } from '#shared/jobs/types';
import { createThrottle, type Throttle } from '#shared/jobs/throttle';

/** 10 events a second and job at most */
const EVENT_INTERVAL_MS = 100;
/** finished jobs that are still listed */
const KEEP_FINISHED = 10;

const finishedStates: readonly JobState[] = ['done', 'failed', 'cancelled'];

export interface JobBoard {
  /** Stores the job's new state and tells the window, at once where the state changed, else at most 10 times a second. */
  update(event: JobEvent): void;
  get(jobId: number): JobEvent | null;
  /** every job that is not finished, and the last finished ones, oldest first */
  list(): JobEvent[];
  /** forgets everything: the project was closed */
  clear(): void;
}

export function createJobBoard(emit: (event: JobEvent) => void): JobBoard {
  const jobs = new Map<number, { event: JobEvent; throttle: Throttle<JobEvent> }>();

  const forgetOldest = (): void => {
    const finished = [...jobs.values()].filter(({ event }) => isFinished(event));
    for (const { event } of finished.slice(0, Math.max(0, finished.length - KEEP_FINISHED))) jobs.delete(event.jobId);
  };

  return {
    update(event) {
      const known = jobs.get(event.jobId);
      const throttle = known?.throttle ?? createThrottle(EVENT_INTERVAL_MS, emit);
      jobs.set(event.jobId, { event, throttle });
      throttle.push(event);
      if (event.state !== known?.event.state) throttle.flush();
      forgetOldest();
    },
    get: (jobId) => jobs.get(jobId)?.event ?? null,
    list: () => [...jobs.values()].map(({ event }) => event),
    clear() {
      for (const { throttle } of jobs.values()) throttle.flush();
      jobs.clear();
    },
  };
}

export function isFinished(event: JobEvent): boolean {
  return finishedStates.includes(event.state);
}
