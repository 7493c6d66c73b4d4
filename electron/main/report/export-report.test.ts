import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ReportData, ReportOptions } from '#shared/domain/report';
import { exportReport, type ReportJob } from './export-report';
import { sampleDocument } from './testing/chunks';
import { createFakeWindow, type FakeWindow } from './testing/fake-window';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'railscope-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const PAGES = 47;
const options: ReportOptions = { locale: 'zh-CN', defects: 'all', includeCoverageList: true };
const data: ReportData = {
  projectName: 'line " \u2028 \\',
  folder: '/data',
  createdAtMs: 0,
  appVersion: 'old',
  options,
  settings: {
    inspection: { runName: '', line: '', direction: '', track: '', railSide: '', inspector: '', organisation: '' },
    calibration: null,
  },
  counts: { images: 0, inferred: 0, reviewed: 0, unreadable: 0, withDefects: 0 },
  engines: [],
  meanSecondsPerImage: null,
  defects: [],
  coverage: [],
};

function setUp(change: Partial<ReportJob> = {}, window: FakeWindow = createFakeWindow({ document: sampleDocument(PAGES) })) {
  const job: ReportJob = {
    project: { 'report.data': async () => data },
    options,
    outputPath: path.join(folder, '报告.pdf'),
    appVersion: '1.2.3',
    createWindow: () => window,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...change,
  };
  return { job, window };
}

describe('exportReport', () => {
  it('writes every page once, in chunks, and closes the window', async () => {
    const progress: [number, number][] = [];
    const { job, window } = setUp({ onProgress: (done, total) => void progress.push([done, total]) });
    await exportReport(job);
    const pdf = await PDFDocument.load(await readFile(job.outputPath));
    expect(pdf.getPageCount()).toBe(PAGES);
    expect(progress).toEqual([
      [0, 47],
      [20, 47],
      [40, 47],
      [47, 47],
    ]);
    expect(window.destroyed).toBe(true);
    expect(await readdir(folder)).toEqual(['报告.pdf']);
  });

  it('hands the data over whole, with the version of this application', async () => {
    const { job, window } = setUp();
    await exportReport(job);
    const argument = /start\((.*)\)$/s.exec(window.calls[0] ?? '')?.[1] ?? '';
    expect(JSON.parse(JSON.parse(argument) as string)).toEqual({ ...data, appVersion: '1.2.3' });
  });

  it('leaves no file when it is cancelled between chunks', async () => {
    const controller = new AbortController();
    const { job, window } = setUp({
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 20) controller.abort();
      },
    });
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder)).toEqual([]);
    expect(window.destroyed).toBe(true);
  });

  it('does not wait for a page that hangs when it is cancelled', async () => {
    const controller = new AbortController();
    const hanging = createFakeWindow({
      document: sampleDocument(PAGES),
      onShow: () => {
        setTimeout(() => controller.abort(), 5);
        return new Promise(() => undefined);
      },
    });
    const { job } = setUp({ signal: controller.signal }, hanging);
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('does nothing when it was cancelled before', async () => {
    const createWindow = vi.fn();
    const { job } = setUp({ signal: AbortSignal.abort(), createWindow });
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'cancelled' });
    expect(createWindow).not.toHaveBeenCalled();
  });

  it('says before any work that the folder cannot be written', async () => {
    const createWindow = vi.fn();
    const outputPath = path.join(folder, 'missing', 'a.pdf');
    const { job } = setUp({ outputPath, createWindow });
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'write-failed', details: { path: outputPath } });
    expect(createWindow).not.toHaveBeenCalled();
  });

  it('fails when the page dies', async () => {
    const window: FakeWindow = createFakeWindow({
      document: sampleDocument(PAGES),
      onShow: () => {
        window.crash('oom');
        return new Promise(() => undefined);
      },
    });
    const { job } = setUp({}, window);
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'report-failed', details: { reason: 'oom' } });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['the page throws', { onShow: () => Promise.reject(new Error('boom')) }],
    ['the page answers nonsense', { onShow: async () => 'nonsense' }],
    ['a page overflows its sheet', { extraPages: 1 }],
  ])('fails when %s', async (_, behaviour) => {
    const { job } = setUp({}, createFakeWindow({ document: sampleDocument(PAGES), ...behaviour }));
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'report-failed' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('passes on what the project says', async () => {
    const failing = { 'report.data': () => Promise.reject(new RailscopeError('no-project', 'closed')) };
    const { job } = setUp({ project: failing });
    await expect(exportReport(job)).rejects.toMatchObject({ code: 'no-project' });
    expect(await readdir(folder)).toEqual([]);
  });
});
