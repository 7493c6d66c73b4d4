import { describe, expect, it } from 'vitest';
import type { ReportCoverage, ReportDefect } from '../domain/report';
import { coverageRowHeightMm, planReportPages, reportMetrics, type ReportPage } from './plan';

const defect = (note = ''): ReportDefect => ({
  label: 1,
  classCode: 'scuff',
  grade: 'minor',
  decision: 'accepted',
  note,
  origin: 'model',
  score: 0.5,
  box: { x: 0, y: 0, width: 10, height: 10 },
  areaPx: 80,
  imageId: 1,
  relativePath: 'a.jpg',
  imageWidth: 100,
  imageHeight: 100,
  modelAreaPx: 80,
  engine: null,
});
const row = (relativePath: string, error: ReportCoverage['error'] = null): ReportCoverage => ({
  relativePath,
  reviewStatus: 'accepted',
  inferred: error === null,
  defects: 0,
  error,
});
const plan = (defects: ReportDefect[], coverage: ReportCoverage[], includeCoverageList = true): ReportPage[] =>
  planReportPages({ defects, coverage, options: { locale: 'zh-CN', defects: 'all', includeCoverageList } });

describe('planReportPages', () => {
  it('orders cover, summary, defects, coverage, sign-off', () => {
    const kinds = plan([defect(), defect()], [row('a.jpg')]).map((page) => page.kind);
    expect(kinds).toEqual(['cover', 'summary', 'defect', 'defect', 'coverage', 'sign-off']);
  });

  it('is a whole report without defects', () => {
    expect(plan([], [], true).map((page) => page.kind)).toEqual(['cover', 'summary', 'sign-off']);
  });

  it('leaves the coverage list out when it is not wanted', () => {
    expect(plan([], [row('a.jpg')], false).map((page) => page.kind)).not.toContain('coverage');
  });

  it('shows every row of the coverage once, in order, and fills no page beyond its height', () => {
    const coverage = Array.from({ length: 500 }, (_, index) =>
      row(
        index % 7 === 0 ? 'very/long/folder/name/'.repeat(6) : `${index}.jpg`,
        index % 5 === 0 ? { code: 'image-corrupt', message: 'bad', details: {} } : null,
      ),
    );
    const pages = plan([], coverage).filter((page) => page.kind === 'coverage');
    expect(pages[0]?.from).toBe(0);
    expect(pages.at(-1)?.to).toBe(500);
    pages.forEach((page, index) => {
      if (index > 0) expect(page.from).toBe(pages[index - 1]?.to);
      const heightMm = coverage.slice(page.from, page.to).reduce((sum, entry) => sum + coverageRowHeightMm(entry), 0);
      expect(heightMm).toBeLessThanOrEqual(reportMetrics.coverageHeightMm);
    });
  });

  it('gives a row that is higher than a page a page of its own', () => {
    const pages = plan([], [row('a.jpg'), row('长'.repeat(4000)), row('b.jpg')]).filter((page) => page.kind === 'coverage');
    expect(pages).toEqual([
      { kind: 'coverage', from: 0, to: 1 },
      { kind: 'coverage', from: 1, to: 2 },
      { kind: 'coverage', from: 2, to: 3 },
    ]);
  });

  it('continues a long note on pages of its own without losing a character', () => {
    const note = '轨面连续擦伤，建议复检。'.repeat(330);
    const pages = plan([defect(note)], []).filter((page) => page.kind === 'defect' || page.kind === 'note');
    expect(pages.map((page) => page.kind)).toEqual(['defect', 'note', 'note']);
    expect(pages.map((page) => note.slice(page.noteFrom, page.noteTo)).join('')).toBe(note);
  });

  it('keeps a short note on the page of its defect', () => {
    expect(plan([defect('短')], []).filter((page) => page.kind === 'note')).toEqual([]);
  });
});
