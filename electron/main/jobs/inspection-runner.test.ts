import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { JobEvent } from '#shared/jobs/types';
import type { ProjectPort } from '#shared/ports/project';
import { engine, fakeInference, type FakeInference } from '../testing/fake-inference';
import { emptyDatabase, fakeProject, type FakeDatabase } from '../testing/fake-project';
import { createInspectionRunner, type InspectionRunner } from './inspection-runner';
import { createJobBoard, type JobBoard } from './job-board';

let database: FakeDatabase;
let inference: FakeInference;
let board: JobBoard;
let runner: InspectionRunner;
let told: JobEvent[];
let failures: string[];

async function setUp(port: FakeInference, change: Partial<ProjectPort> = {}): Promise<void> {
  database = emptyDatabase();
  told = [];
  failures = [];
  board = createJobBoard((event) => told.push(event));
  inference = port;
  const project = fakeProject(database, change);
  await project.open({ folder: '/run', userDataFolder: '/u', dataFolder: null, appVersion: '1' });
  runner = createInspectionRunner({
    project,
    inference,
    board,
    onFailure: (what) => failures.push(what),
  });
}

const folderJob = { modelId: 'm', device: 'auto', scope: 'missing', imageId: null } as const;
const until = (state: string, jobId: number): Promise<void> => vi.waitFor(() => expect(board.get(jobId)?.state).toBe(state));
const inspected = (): number[] => database.results.map(({ imageId }) => imageId);

beforeEach(() => setUp(fakeInference(true)));

describe('a job', () => {
  it('inspects every picture, stores what came out and names the engine', async () => {
    const jobId = await runner.start(folderJob);
    await until('done', jobId);
    expect(inspected()).toEqual([1, 2, 3]);
    expect(database.results[0]).toMatchObject({ jobId, contentHash: 'hash', summary: { engine, threshold: 0.5, minimumAreaPx: 10 } });
    expect(board.get(jobId)).toMatchObject({ kind: 'inspection', engine, progress: { done: 3, failed: 0, total: 3 } });
    expect(database.jobs.get(jobId)?.state).toBe('done');
    expect(failures).toEqual([]);
  });

  it('goes on when a picture fails', async () => {
    const failing = fakeInference(true);
    const infer = failing.infer.bind(failing);
    failing.infer = (input) =>
      input.path.includes('2') ? Promise.reject(new RailscopeError('image-truncated', 'short', { path: input.path })) : infer(input);
    await setUp(failing);
    const jobId = await runner.start(folderJob);
    await until('done', jobId);
    expect(inspected()).toEqual([1, 3]);
    expect(database.failures).toMatchObject([{ imageId: 2, error: { code: 'image-truncated', details: { path: '/run/2.jpg' } } }]);
    expect(board.get(jobId)?.progress).toMatchObject({ done: 2, failed: 1 });
  });

  it('fails with the reason when no session can be opened', async () => {
    await setUp(
      fakeInference(true, { open: () => Promise.reject(new RailscopeError('model-hash-mismatch', 'wrong', { path: '/m.onnx' })) }),
    );
    const jobId = await runner.start(folderJob);
    await until('failed', jobId);
    expect(board.get(jobId)?.error).toEqual({ code: 'model-hash-mismatch', message: 'wrong', details: { path: '/m.onnx' } });
    expect(database.jobs.get(jobId)?.state).toBe('failed');
  });

  it('opens a new session after the inference process ended, and loses no picture', async () => {
    const crashing = fakeInference(true);
    const infer = crashing.infer.bind(crashing);
    let crashed = false;
    crashing.infer = (input) => {
      if (crashed) return infer(input);
      crashed = true;
      runner.forgetSessions();
      return Promise.reject(new RailscopeError('process-gone', 'gone', { process: 'inference' }));
    };
    await setUp(crashing);
    const jobId = await runner.start(folderJob);
    await until('done', jobId);
    expect(inspected().sort()).toEqual([1, 2, 3]);
    expect(inference.opened).toHaveLength(2);
  });

  it('waits for the project process when that ended', async () => {
    let ended = 0;
    const results: number[] = [];
    await setUp(fakeInference(true), {
      storeResult: async ({ imageId }) => {
        if (imageId === 2 && ended++ === 0) throw new RailscopeError('process-gone', 'gone', { process: 'project' });
        results.push(imageId);
        const job = database.jobs.get(1);
        if (job) job.pending = job.pending.filter((id) => id !== imageId);
      },
    });
    await until('done', await runner.start(folderJob));
    expect(results).toEqual([1, 2, 3]);
  });

  it('of no picture is done at once, without a session', async () => {
    await setUp(fakeInference(true), {
      createInspectionJob: async () => ({ jobId: 9, state: 'queued', modelId: 'm', device: 'auto', total: 0, done: 0, failed: 0 }),
    });
    await until('done', await runner.start(folderJob));
    expect(inference.opened).toEqual([]);
  });

  it('goes on although its state cannot be written', async () => {
    await setUp(fakeInference(true), { setJobState: () => Promise.reject(new RailscopeError('disk-full', 'full')) });
    await until('done', await runner.start(folderJob));
    expect(inspected()).toEqual([1, 2, 3]);
    expect(failures[0]).toContain('state of job');
  });
});

describe('pause, resume, cancel', () => {
  beforeEach(() => setUp(fakeInference(false)));

  it('starts nothing while paused, and goes on afterwards', async () => {
    const jobId = await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    expect(runner.pause(jobId)).toBe(true);
    for (let n = 0; n < 3; n++) inference.finishNext();
    await vi.waitFor(() => expect(database.results).toHaveLength(3));
    expect(board.get(jobId)?.state).toBe('paused');
    expect(database.jobs.get(jobId)?.state).toBe('paused');
    runner.resume(jobId);
    await until('done', jobId);
  });

  it('cancels what is in flight and keeps what is finished', async () => {
    const jobId = await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    inference.finishNext();
    await vi.waitFor(() => expect(database.results).toHaveLength(1));
    expect(runner.cancel(jobId)).toBe(true);
    await until('cancelled', jobId);
    expect(database.jobs.get(jobId)).toMatchObject({ state: 'cancelled', pending: [2, 3] });
    expect(database.failures).toEqual([]);
  });

  it('cancels a paused job', async () => {
    const jobId = await runner.start(folderJob);
    runner.pause(jobId);
    runner.cancel(jobId);
    await until('cancelled', jobId);
  });

  it('does not know other jobs', () => {
    expect([runner.pause(77), runner.resume(77), runner.cancel(77)]).toEqual([false, false, false]);
  });

  it('asks for the picture on screen first', async () => {
    runner.prioritise(3);
    await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.requested.map(({ path }) => path)).toEqual(['/run/3.jpg', '/run/1.jpg', '/run/2.jpg']));
  });
});

describe('several jobs', () => {
  beforeEach(() => setUp(fakeInference(false)));

  it('lets a new job for the folder take the place of the old one', async () => {
    const first = await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    const second = await runner.start({ ...folderJob, modelId: 'other' });
    expect(board.get(first)?.state).toBe('cancelled');
    await until('running', second);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    expect(inference.closed).toEqual([1]);
  });

  it('does not let one picture wait for the folder, and shares the session', async () => {
    const folder = await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    const one = await runner.start({ ...folderJob, scope: 'one', imageId: 2 });
    await vi.waitFor(() => expect(inference.waiting()).toBe(4));
    for (let n = 0; n < 4; n++) inference.finishNext();
    await until('done', one);
    await until('done', folder);
    expect(inference.opened).toHaveLength(1);
  });

  it('keeps the session for the next job on the same model and device', async () => {
    await setUp(fakeInference(true));
    await until('done', await runner.start(folderJob));
    await until('done', await runner.start(folderJob));
    expect(inference.opened).toHaveLength(1);
    expect(inference.closed).toEqual([]);
  });
});

describe('closing and opening a project', () => {
  beforeEach(() => setUp(fakeInference(false)));

  it('suspends a job so that the next start takes it up at the first unfinished picture', async () => {
    const jobId = await runner.start(folderJob);
    await vi.waitFor(() => expect(inference.waiting()).toBe(3));
    inference.finishNext();
    await vi.waitFor(() => expect(database.results).toHaveLength(1));
    await runner.suspend();
    expect(database.jobs.get(jobId)).toMatchObject({ state: 'running', pending: [2, 3] });
    await runner.resumeUnfinished();
    await vi.waitFor(() => expect(inference.waiting()).toBe(2));
    inference.finishNext();
    inference.finishNext();
    await until('done', jobId);
    expect(inspected()).toEqual([1, 2, 3]);
  });

  it('leaves a paused job paused, with no session', async () => {
    const row = { jobId: 5, state: 'paused' as const, modelId: 'm', device: 'cpu' as const, total: 3, done: 1, failed: 0 };
    database.jobs.set(5, { ...row, pending: [2, 3] });
    await runner.resumeUnfinished();
    expect(board.get(5)).toMatchObject({ state: 'paused', progress: { done: 1, total: 3 } });
    expect(inference.opened).toEqual([]);
    runner.resume(5);
    await vi.waitFor(() => expect(inference.waiting()).toBe(2));
    expect(inference.opened).toEqual([{ modelId: 'm', device: 'cpu', threads: 0 }]);
  });

  it('has nothing to do where no job was cut off', async () => {
    await runner.resumeUnfinished();
    expect(board.list()).toEqual([]);
  });
});
