import { describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ReportOptions } from '#shared/domain/report';
import { createJobBoard } from './job-board';
import { createReportJobs, type ReportMaker } from './report-jobs';

const options: ReportOptions = { locale: 'en', defects: 'all', includeCoverageList: true };

function setUp(make: ReportMaker) {
  const board = createJobBoard(() => undefined);
  return { board, reports: createReportJobs(make, board) };
}
const untilCancelled: ReportMaker = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new RailscopeError('cancelled', 'stopped'))));

describe('createReportJobs', () => {
  it('shows pages as progress and names the finished file', async () => {
    const { board, reports } = setUp(async ({ onProgress }) => onProgress(3, 4));
    const jobId = reports.start(options, '/out/a.pdf');
    expect(jobId).toBeLessThan(0);
    await vi.waitFor(() => expect(board.get(jobId)?.state).toBe('done'));
    expect(board.get(jobId)).toMatchObject({ kind: 'report', outputPath: '/out/a.pdf', error: null, progress: { done: 3, total: 4 } });
    expect(reports.lastFile()).toBe('/out/a.pdf');
  });

  it('names the file in the error', async () => {
    const { board, reports } = setUp(() => Promise.reject(new RailscopeError('write-failed', 'read-only disk')));
    const jobId = reports.start(options, '/out/a.pdf');
    await vi.waitFor(() => expect(board.get(jobId)?.state).toBe('failed'));
    expect(board.get(jobId)?.error).toEqual({ code: 'write-failed', message: 'read-only disk', details: { path: '/out/a.pdf' } });
    expect(reports.lastFile()).toBeNull();
  });

  it('cancels one, and all', async () => {
    const { board, reports } = setUp(untilCancelled);
    const [a, b] = [reports.start(options, '/a.pdf'), reports.start(options, '/b.pdf')];
    await vi.waitFor(() => expect(board.get(a)?.state).toBe('running'));
    expect(reports.cancel(a)).toBe(true);
    await vi.waitFor(() => expect(board.get(a)?.state).toBe('cancelled'));
    expect(board.get(b)?.state).toBe('running');
    await reports.stop();
    expect(board.get(b)?.state).toBe('cancelled');
    expect(reports.cancel(b)).toBe(false);
  });
});
