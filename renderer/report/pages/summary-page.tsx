import type { OutlinePattern } from '#shared/domain/defect-classes';
import { BarChart, type BarRow } from '../bar-chart';
import { ClassMark } from '../class-mark';
import { Facts, type Fact } from '../facts';
import { classOf, reportWarnings, type ReportModel } from '../report-model';

/** Classes beyond this are summed in the table only; the shipped catalogue has 13. */
const MAXIMUM_BARS = 10;
const gradeColours = { unset: '#c4ccd4', minor: '#e3b341', major: '#c8553d', broken: '#7d1a1a' };
const decisionColours = { unreviewed: '#c4ccd4', accepted: '#2f6f9f', rejected: '#6b7682' };
const originColours = { model: '#2f6f9f', human: '#8a6fb0' };
const shades: readonly OutlinePattern[] = ['solid', 'dotted', 'dashed', 'dash-dot'];

export function SummaryPage({ model }: { model: ReportModel }) {
  const { t, data } = model;
  return (
    <>
      <h1>{t('summary.title')}</h1>
      <Warnings model={model} />
      <h2>{t('summary.coverage')}</h2>
      <Coverage model={model} />
      {data.defects.length === 0 ? <NoDefects model={model} /> : <Counts model={model} />}
    </>
  );
}

function Warnings({ model }: { model: ReportModel }) {
  const warnings = reportWarnings(model);
  if (warnings.length === 0) return null;
  return (
    <div className="report-warnings">
      <p>{model.t('summary.notes')}</p>
      <ul>
        {warnings.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function Coverage({ model }: { model: ReportModel }) {
  const { t, format, data, statistics } = model;
  const { counts } = data;
  const withShare = (count: number): string => `${format.integer(count)}  (${format.percent(count, counts.images)})`;
  const left: Fact[] = [
    [t('summary.images'), format.integer(counts.images)],
    [t('summary.inspected'), withShare(counts.inferred)],
    [t('summary.notInspected'), withShare(statistics.notInspected)],
    [t('summary.unreadable'), withShare(counts.unreadable)],
  ];
  const mean = data.meanSecondsPerImage;
  const right: Fact[] = [
    [t('summary.reviewed'), withShare(counts.reviewed)],
    [t('summary.notReviewed'), withShare(statistics.notReviewed)],
    [t('summary.withDefects'), withShare(counts.withDefects)],
    [t('summary.meanSeconds'), mean === null ? '–' : t('summary.seconds', { value: format.decimal(mean, 2) })],
  ];
  return (
    <div className="report-columns">
      <Facts facts={left} className="report-facts-numbers" />
      <Facts facts={right} className="report-facts-numbers" />
    </div>
  );
}

function NoDefects({ model: { t, statistics, data } }: { model: ReportModel }) {
  const complete = statistics.notInspected === 0 && statistics.notReviewed === 0 && data.counts.unreadable === 0;
  return (
    <div className="report-empty">
      <p>{t('summary.noDefects')}</p>
      {complete && <p>{t('summary.noDefectsComplete')}</p>}
    </div>
  );
}

function Counts({ model }: { model: ReportModel }) {
  const { t, format, data, statistics } = model;
  const total = data.defects.length;
  const shareOf = (count: number): string => format.percent(count, total);
  const tallyRows = <K extends string>(
    rows: readonly { key: K; count: number }[],
    label: (key: K) => string,
    colours: Record<K, string>,
  ): BarRow[] =>
    rows.map(({ key, count }, index) => ({
      key,
      label: label(key),
      count,
      share: shareOf(count),
      colour: colours[key],
      pattern: shades[index] ?? 'solid',
    }));
  const classRows = statistics.byClass.slice(0, MAXIMUM_BARS).map(({ key, count }): BarRow => {
    const { name, colour, outline } = classOf(model, key);
    return { key, label: name, count, share: shareOf(count), colour, pattern: outline };
  });
  const charts: [string, BarRow[]][] = [
    [t('summary.byGrade'), tallyRows(statistics.byGrade, (key) => t(`domain:grade.${key}`), gradeColours)],
    [t('summary.byDecision'), tallyRows(statistics.byDecision, (key) => t(`domain:decision.${key}`), decisionColours)],
    [t('summary.byOrigin'), tallyRows(statistics.byOrigin, (key) => t(`domain:origin.${key}`), originColours)],
  ];
  return (
    <>
      <p className="report-scope">{t('summary.scopeNote', { count: total, scope: t(`scope.${data.options.defects}`) })}</p>
      <h2>{t('summary.byClass')}</h2>
      <BarChart shape="wide" rows={classRows} title={t('summary.byClass')} format={format.integer} />
      <div className="report-chart-row">
        {charts.map(([title, rows]) => (
          <div key={title}>
            <h2>{title}</h2>
            <BarChart shape="narrow" rows={rows} title={title} format={format.integer} />
          </div>
        ))}
      </div>
      <ClassTable model={model} />
      <p className="report-muted">{t('summary.legendText')}</p>
    </>
  );
}

function ClassTable({ model }: { model: ReportModel }) {
  const { t, format, data, statistics } = model;
  const cell = (count: number): string => (count === 0 ? '–' : format.integer(count));
  return (
    <table className="report-table report-numbers">
      <thead>
        <tr>
          <th>{t('summary.class')}</th>
          {statistics.byGrade.map(({ key }) => (
            <th key={key}>{t(`domain:grade.${key}`)}</th>
          ))}
          {statistics.byDecision.map(({ key }) => (
            <th key={key}>{t(`domain:decision.${key}`)}</th>
          ))}
          <th>{t('summary.total')}</th>
        </tr>
      </thead>
      <tbody>
        {statistics.byClass.map((row) => {
          const { name, colour, outline } = classOf(model, row.key);
          const ofClass = data.defects.filter((defect) => defect.classCode === row.key);
          return (
            <tr key={row.key}>
              <td>
                <ClassMark colour={colour} pattern={outline} /> {name}
              </td>
              {statistics.byGrade.map(({ key }) => (
                <td key={key}>{cell(ofClass.filter((defect) => defect.grade === key).length)}</td>
              ))}
              {statistics.byDecision.map(({ key }) => (
                <td key={key}>{cell(ofClass.filter((defect) => defect.decision === key).length)}</td>
              ))}
              <td>{format.integer(row.count)}</td>
            </tr>
          );
        })}
        <tr className="report-total">
          <td>{t('summary.total')}</td>
          {[...statistics.byGrade, ...statistics.byDecision].map(({ key, count }) => (
            <td key={key}>{format.integer(count)}</td>
          ))}
          <td>{format.integer(data.defects.length)}</td>
        </tr>
      </tbody>
    </table>
  );
}
