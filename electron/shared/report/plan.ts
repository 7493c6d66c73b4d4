import type { ReportCoverage, ReportData } from '../domain/report';
import { lineStarts } from './text-fit';

/** One A4 page of the report. The plan is made before printing, so that "page i of N" is right in every chunk. */
export type ReportPage =
  | { kind: 'cover' }
  | { kind: 'summary' }
  | { kind: 'defect'; index: number; noteFrom: number; noteTo: number }
  /** the rest of a note that is too long for the defect's own page; offsets into the note */
  | { kind: 'note'; index: number; noteFrom: number; noteTo: number }
  | { kind: 'coverage'; from: number; to: number }
  | { kind: 'sign-off' };

export type ReportPageKind = ReportPage['kind'];
type PlanInput = Pick<ReportData, 'defects' | 'coverage' | 'options'>;

/** Column widths in em and heights in mm; `report.css` draws to the same figures. */
export const reportMetrics = {
  noteWidthEm: 58,
  noteLinesOnDefectPage: 8,
  noteLinesPerPage: 52,
  coverageFileWidthEm: 37,
  coverageHeightMm: 232,
  coverageLineMm: 3.5,
  coverageRowPaddingMm: 1.8,
} as const;

/** The pages in order: cover, summary, one per defect (more for a long note), coverage list if wanted, sign-off. */
export function planReportPages(data: PlanInput): ReportPage[] {
  const pages: ReportPage[] = [{ kind: 'cover' }, { kind: 'summary' }];
  data.defects.forEach((defect, index) => pages.push(...planDefect(index, defect.note)));
  if (data.options.includeCoverageList) pages.push(...planCoverage(data.coverage));
  pages.push({ kind: 'sign-off' });
  return pages;
}

function planDefect(index: number, note: string): ReportPage[] {
  const { noteWidthEm, noteLinesOnDefectPage, noteLinesPerPage } = reportMetrics;
  const starts = lineStarts(note, noteWidthEm);
  const offsetOfLine = (line: number): number => starts[line] ?? note.length;
  const pages: ReportPage[] = [{ kind: 'defect', index, noteFrom: 0, noteTo: offsetOfLine(noteLinesOnDefectPage) }];
  for (let line = noteLinesOnDefectPage; line < starts.length; line += noteLinesPerPage) {
    pages.push({ kind: 'note', index, noteFrom: offsetOfLine(line), noteTo: offsetOfLine(line + noteLinesPerPage) });
  }
  return pages;
}

function planCoverage(coverage: readonly ReportCoverage[]): ReportPage[] {
  const pages: ReportPage[] = [];
  let from = 0;
  let usedMm = 0;
  coverage.forEach((row, index) => {
    const heightMm = coverageRowHeightMm(row);
    if (usedMm + heightMm > reportMetrics.coverageHeightMm && index > from) {
      pages.push({ kind: 'coverage', from, to: index });
      from = index;
      usedMm = 0;
    }
    usedMm += heightMm;
  });
  if (coverage.length > 0) pages.push({ kind: 'coverage', from, to: coverage.length });
  return pages;
}

/** Lines of the file column, and under them the error's reason, which is cut after two lines. */
export function coverageRowLines(row: ReportCoverage): { file: number; reason: number } {
  return { file: lineStarts(row.relativePath, reportMetrics.coverageFileWidthEm).length, reason: row.error ? 2 : 0 };
}

export function coverageRowHeightMm(row: ReportCoverage): number {
  const lines = coverageRowLines(row);
  return reportMetrics.coverageRowPaddingMm + (lines.file + lines.reason) * reportMetrics.coverageLineMm;
}
