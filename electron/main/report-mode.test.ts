import { describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import { bilingual, runReportMode } from './report-mode';
import { emptyDatabase, fakeProject } from './testing/fake-project';

const request = { kind: 'report', outputPath: '/out/a.pdf', folder: '/run', dataFolder: '/data', locale: 'en' } as const;

function setUp(change: Parameters<typeof fakeProject>[1] = {}) {
  const database = emptyDatabase();
  const printed: string[] = [];
  const makeReport = vi.fn(async () => undefined);
  const run = (): Promise<number> =>
    runReportMode({
      request,
      project: fakeProject(database, change),
      makeReport,
      userDataFolder: '/user',
      appVersion: '1.0',
      signal: new AbortController().signal,
      print: (line) => printed.push(line),
    });
  return { database, printed, makeReport, run };
}

describe('runReportMode', () => {
  it('opens the project with its data folder, prints, closes', async () => {
    const { database, makeReport, run } = setUp();
    expect(await run()).toBe(0);
    expect(database.opened).toEqual([{ folder: '/run', dataFolder: '/data', userDataFolder: '/user', appVersion: '1.0' }]);
    expect(makeReport).toHaveBeenCalledWith(
      expect.objectContaining({ outputPath: '/out/a.pdf', options: { locale: 'en', defects: 'not-rejected', includeCoverageList: true } }),
    );
    expect(database.closed).toBe(1);
  });

  it('ends with 3 and says why in both languages', async () => {
    const { printed, makeReport, run } = setUp({
      open: () => Promise.reject(new RailscopeError('folder-missing', 'no', { path: '/run' })),
    });
    expect(await run()).toBe(3);
    expect(makeReport).not.toHaveBeenCalled();
    expect(printed.join('\n')).toContain('/run');
  });
});

describe('bilingual', () => {
  it('gives both languages, Chinese first, each with what to do', () => {
    const lines = bilingual({ code: 'disk-full', message: 'full', details: { path: '/out' } }).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/[\u4e00-\u9fff].*\/out/);
    expect(lines[2]).toMatch(/^Disk is full.*\/out/);
  });
});
