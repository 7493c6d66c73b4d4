/**
 * The inspection jobs of the open project: at most one for the folder (a new one takes the place of the old one, in the
 * database too), and beside it jobs for the one picture on screen, which do not wait for the folder. Jobs are rows of
 * the database: what a crash or an exit cut off goes on at the next start.
 */
import type { ChannelInput } from '#shared/ipc/contract';
import type { DeviceChoice, Engine } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { PauseGate } from '#shared/jobs/pause-gate';
import { runInspection, type InspectionEngine } from '#shared/jobs/run-inspection';
import type { JobProgress, JobState } from '#shared/jobs/types';
import type { InferencePort } from '#shared/ports/inference';
import type { InspectionJobRow, ProjectPort } from '#shared/ports/project';
import type { JobBoard } from './job-board';
import { patient } from '../patient';
import { SessionPool, type SessionUse } from './session-pool';

export type InspectionProject = Pick<
  ProjectPort,
  'createInspectionJob' | 'unfinishedJob' | 'setJobState' | 'nextJobItems' | 'storeResult' | 'storeFailure'
>;

export interface InspectionRunnerOptions {
  project: InspectionProject;
  inference: InferencePort;
  board: JobBoard;
  onFailure(what: string, error: ErrorInfo): void;
}

export interface InspectionRunner {
  start(input: ChannelInput<'jobs.startInspection'>): Promise<number>;
  /** takes up the job that was cut off; a paused one stays paused */
  resumeUnfinished(): Promise<void>;
  /** @returns false where it is not one of its unfinished jobs */
  pause(jobId: number): boolean;
  resume(jobId: number): boolean;
  cancel(jobId: number): boolean;
  /** the picture on screen goes before the others */
  prioritise(imageId: number): void;
  /** stops everything without ending the jobs: they go on when the project is opened again */
  suspend(): Promise<void>;
  /** the inference process ended */
  forgetSessions(): void;
  /** what this device is has changed: the next job opens anew */
  forgetDevice(device: DeviceChoice): void;
}

interface Job {
  readonly row: InspectionJobRow;
  readonly scope: 'folder' | 'one';
  readonly gate: PauseGate;
  readonly abort: AbortController;
  /** ends with the job, never rejects */
  ended: Promise<void>;
  progress: JobProgress;
  engine: Engine | null;
}

export function createInspectionRunner(options: InspectionRunnerOptions): InspectionRunner {
  return new Runner(options);
}

class Runner implements InspectionRunner {
  readonly #options: InspectionRunnerOptions;
  readonly #sessions: SessionPool;
  /** unfinished jobs */
  readonly #jobs = new Map<number, Job>();
  #onScreen: number | null = null;
  #suspending = false;
  #starting: Promise<unknown> = Promise.resolve();

  constructor(options: InspectionRunnerOptions) {
    this.#options = options;
    this.#sessions = new SessionPool(options.inference);
  }

  start(input: ChannelInput<'jobs.startInspection'>): Promise<number> {
    const started = this.#starting.then(() => this.#create(input));
    this.#starting = started.catch(() => undefined);
    return started;
  }

  async resumeUnfinished(): Promise<void> {
    const row = await this.#options.project.unfinishedJob(undefined);
    if (row && !this.#jobs.has(row.jobId)) this.#begin(row, 'folder');
  }

  pause(jobId: number): boolean {
    return this.#setPaused(jobId, true);
  }

  resume(jobId: number): boolean {
    return this.#setPaused(jobId, false);
  }

  cancel(jobId: number): boolean {
    const job = this.#jobs.get(jobId);
    job?.abort.abort();
    return job !== undefined;
  }

  prioritise(imageId: number): void {
    this.#onScreen = imageId;
  }

  async suspend(): Promise<void> {
    this.#suspending = true;
    await this.#starting;
    await stop([...this.#jobs.values()]);
    this.#jobs.clear();
    this.#onScreen = null;
    this.#suspending = false;
  }

  forgetSessions(): void {
    this.#sessions.forget();
  }

  forgetDevice(device: DeviceChoice): void {
    this.#sessions.forgetDevice(device);
  }

  async #create(input: ChannelInput<'jobs.startInspection'>): Promise<number> {
    const scope = input.scope === 'one' ? 'one' : 'folder';
    if (scope === 'folder') await stop([...this.#jobs.values()].filter((job) => job.scope === 'folder'));
    const row = await this.#options.project.createInspectionJob(input);
    this.#begin(row, scope);
    return row.jobId;
  }

  #begin(row: InspectionJobRow, scope: Job['scope']): void {
    const { jobId, done, failed, total } = row;
    const job: Job = {
      row,
      scope,
      gate: new PauseGate(),
      abort: new AbortController(),
      ended: Promise.resolve(),
      progress: { done, failed, total, secondsPerImage: null, imagesPerSecond: null, secondsLeft: null },
      engine: null,
    };
    this.#jobs.set(jobId, job);
    if (row.state === 'paused') job.gate.pause();
    this.#changed(job);
    job.ended = this.#work(job);
  }

  #setPaused(jobId: number, paused: boolean): boolean {
    const job = this.#jobs.get(jobId);
    if (!job) return false;
    if (paused === job.gate.paused) return true;
    if (paused) job.gate.pause();
    else job.gate.resume();
    this.#changed(job);
    return true;
  }

  /** The whole life of a job; never rejects. */
  async #work(job: Job): Promise<void> {
    try {
      const { total, done, failed } = job.progress;
      const state = total > done + failed ? await this.#inspect(job) : 'done';
      if (!this.#suspending) this.#finish(job, state, null);
    } catch (error) {
      if (!this.#suspending) this.#finish(job, job.abort.signal.aborted ? 'cancelled' : 'failed', toErrorInfo(error));
    }
  }

  /** @throws what ends the job: no session, the database, the disk */
  async #inspect(job: Job): Promise<'done' | 'cancelled'> {
    await resumed(job);
    if (job.abort.signal.aborted) return 'cancelled';
    const uses: SessionUse[] = [];
    const openEngine = async (): Promise<InspectionEngine> => {
      const use = await this.#sessions.acquire(job.row.modelId, job.row.device);
      uses.push(use);
      job.engine = use.session.engine;
      this.#changed(job);
      return { inference: this.#options.inference, session: use.session };
    };
    try {
      const { jobId } = job.row;
      const { project } = this.#options;
      const result = await runInspection({
        ...(await openEngine()),
        restart: openEngine,
        source: { next: (wanted) => patient(() => project.nextJobItems({ jobId, ...wanted })) },
        sink: {
          result: ({ imageId }, output, summary) => {
            const { header, contentHash, region, instances, tiles } = output;
            return patient(() => project.storeResult({ jobId, imageId, header, contentHash, region, instances, tiles, summary }));
          },
          failure: ({ imageId }, error) => patient(() => project.storeFailure({ jobId, imageId, error })),
        },
        counts: job.row,
        signal: job.abort.signal,
        pause: job.gate,
        priority: () => this.#onScreen,
        onProgress: ({ progress, engine }) => {
          Object.assign(job, { progress, engine });
          this.#show(job, stateOf(job), null);
        },
      });
      job.progress = result.progress;
      return result.state;
    } finally {
      for (const use of uses) use.release();
    }
  }

  #finish(job: Job, state: 'done' | 'cancelled' | 'failed', error: ErrorInfo | null): void {
    this.#jobs.delete(job.row.jobId);
    this.#store(job, state);
    this.#show(job, state, state === 'failed' ? error : null);
  }

  #changed(job: Job): void {
    const state = stateOf(job);
    this.#store(job, state);
    this.#show(job, state, null);
  }

  #show(job: Job, state: JobState, error: ErrorInfo | null): void {
    const { progress, engine } = job;
    this.#options.board.update({ jobId: job.row.jobId, kind: 'inspection', state, progress, engine, error, outputPath: null });
  }

  /** The job's own results tell where it stands, so that a state that cannot be written does not stop it. */
  #store(job: Job, state: JobState): void {
    const { jobId } = job.row;
    this.#options.project
      .setJobState({ jobId, state, engine: job.engine })
      .catch((error: unknown) => this.#options.onFailure(`state of job ${jobId}`, toErrorInfo(error)));
  }
}

function stateOf(job: Job): JobState {
  return job.gate.paused ? 'paused' : 'running';
}

/** A job that starts paused opens no session before it is wanted. */
async function resumed({ gate, abort }: Job): Promise<void> {
  if (!gate.paused) return;
  await new Promise<void>((resolve) => {
    gate.onChange(resolve);
    abort.signal.addEventListener('abort', () => resolve());
  });
}

async function stop(jobs: readonly Job[]): Promise<void> {
  for (const { abort } of jobs) abort.abort();
  await Promise.all(jobs.map(({ ended }) => ended));
}
