import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobEvent } from '#shared/jobs/types';
import { createJobBoard } from './job-board';

const event = (jobId: number, change: Partial<JobEvent> = {}): JobEvent => ({
  jobId,
  kind: 'inspection',
  state: 'running',
  progress: { done: 0, failed: 0, total: 5, secondsPerImage: null, imagesPerSecond: null, secondsLeft: null },
  engine: null,
  error: null,
  outputPath: null,
  ...change,
});
const done = (jobId: number, pictures: number): JobEvent => event(jobId, { progress: { ...event(jobId).progress, done: pictures } });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('createJobBoard', () => {
  it('tells progress at most ten times a second and never loses the last', () => {
    const told: number[] = [];
    const board = createJobBoard(({ progress }) => told.push(progress.done));
    for (let n = 0; n <= 50; n++) {
      board.update(done(1, n));
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(200);
    expect(told.length).toBeLessThanOrEqual(7);
    expect(told.at(-1)).toBe(50);
  });

  it('tells a change of state at once', () => {
    const told: string[] = [];
    const board = createJobBoard(({ state }) => told.push(state));
    board.update(event(1));
    board.update(event(1, { state: 'paused' }));
    board.update(event(1, { state: 'done' }));
    expect(told).toEqual(['running', 'paused', 'done']);
  });

  it('lists open jobs and the last finished ones', () => {
    const board = createJobBoard(() => undefined);
    board.update(event(1));
    for (let id = 2; id < 20; id++) board.update(event(id, { state: 'done' }));
    const ids = board.list().map(({ jobId }) => jobId);
    expect(ids).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    board.clear();
    expect(board.list()).toEqual([]);
  });
});
