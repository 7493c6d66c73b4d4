import { errorText } from '#shared/errors/error-text';
import type { ErrorInfo } from '#shared/errors/codes';
import type { ReportCoverage } from '#shared/domain/report';
import { coverageRowHeightMm, type ReportPage } from '#shared/report/plan';
import type { ReportModel } from '../report-model';

export function CoveragePage({ model, page }: { model: ReportModel; page: Extract<ReportPage, { kind: 'coverage' }> }) {
  const { t, data, format } = model;
  return (
    <>
      <h1>{t('coverage.title')}</h1>
      <p className="report-muted">
        {t('coverage.continued', {
          from: format.integer(page.from + 1),
          to: format.integer(page.to),
          total: format.integer(data.coverage.length),
        })}
      </p>
      <table className="report-table report-coverage">
        <thead>
          <tr>
            <th>{t('coverage.number')}</th>
            <th>{t('coverage.file')}</th>
            <th>{t('coverage.inference')}</th>
            <th>{t('coverage.review')}</th>
            <th>{t('coverage.defects')}</th>
          </tr>
        </thead>
        <tbody>
          {data.coverage.slice(page.from, page.to).map((row, offset) => (
            <Row key={row.relativePath} model={model} row={row} number={page.from + offset + 1} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ model, row, number }: { model: ReportModel; row: ReportCoverage; number: number }) {
  const { t, format } = model;
  return (
    <tr className={row.inferred && !row.error ? '' : 'report-coverage-gap'} style={{ height: `${coverageRowHeightMm(row)}mm` }}>
      <td>{format.integer(number)}</td>
      <td>
        <div className="report-coverage-file">{row.relativePath}</div>
        {row.error && <div className="report-coverage-reason">{reasonOf(model, row.error)}</div>}
      </td>
      <td>{inspectionOf(model, row)}</td>
      <td>{row.error && !row.inferred ? '–' : t(`domain:status.${row.reviewStatus}`)}</td>
      <td>{row.inferred || row.defects > 0 ? format.integer(row.defects) : '–'}</td>
    </tr>
  );
}

function inspectionOf({ t }: ReportModel, row: ReportCoverage): string {
  if (row.inferred) return t('coverage.inferred');
  if (!row.error) return t('coverage.notInferred');
  return row.error.code.startsWith('image-') ? t('coverage.unreadable') : t('coverage.failed');
}

/** Without the path: the row names the file already. */
function reasonOf({ data }: ReportModel, error: ErrorInfo): string {
  return errorText(data.options.locale, { ...error, details: { ...error.details, path: '' } }).title;
}
