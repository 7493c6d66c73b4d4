import type { ReportPage } from '#shared/report/plan';
import type { ReportModel } from '../report-model';

/** What of a long note did not fit the defect's own page. */
export function NotePage({ model, page }: { model: ReportModel; page: Extract<ReportPage, { kind: 'note' }> }) {
  const { t, data } = model;
  const defect = data.defects[page.index];
  if (!defect) return null;
  return (
    <>
      <h1>{t('defect.noteContinued', { number: page.index + 1 })}</h1>
      <p className="report-muted">{defect.relativePath}</p>
      <p className="report-note-text">{defect.note.slice(page.noteFrom, page.noteTo).trimEnd()}</p>
    </>
  );
}
