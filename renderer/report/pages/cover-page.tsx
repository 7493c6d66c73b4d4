import type { Engine } from '#shared/domain/model';
import { Facts, type Fact } from '../facts';
import { reportTime, shaPrefix } from '../format';
import type { ReportModel } from '../report-model';

const ENGINES_ON_COVER = 3;

export function CoverPage({ model }: { model: ReportModel }) {
  const { data, t } = model;
  const { inspection } = data.settings;
  const place = [inspection.line, inspection.direction && t(`domain:direction.${inspection.direction}`), inspection.track]
    .filter(Boolean)
    .join(' · ');
  return (
    <>
      <div className="report-cover-head">
        <p className="report-cover-organisation">{inspection.organisation || 'RailScope'}</p>
        <h1>{t('title')}</h1>
        <p className="report-cover-run">{inspection.runName || data.projectName || t('untitledRun')}</p>
        {place && <p className="report-cover-place">{place}</p>}
      </div>
      <KeyFigures model={model} />
      <h2>{t('cover.run')}</h2>
      <Facts facts={runFacts(model)} />
      <h2>{t('cover.basis')}</h2>
      <Facts facts={basisFacts(model)} />
      <Engines model={model} />
    </>
  );
}

function KeyFigures({ model }: { model: ReportModel }) {
  const { t, format, data } = model;
  const { counts } = data;
  const figures = [
    [t('cover.images'), format.integer(counts.images), ''],
    [t('cover.inspected'), format.integer(counts.inferred), format.percent(counts.inferred, counts.images)],
    [t('cover.reviewed'), format.integer(counts.reviewed), format.percent(counts.reviewed, counts.images)],
    [t('cover.withDefects'), format.integer(counts.withDefects), format.percent(counts.withDefects, counts.images)],
    [t('cover.defects'), format.integer(data.defects.length), ''],
  ] as const;
  return (
    <div className="report-figures">
      {figures.map(([label, value, share]) => (
        <div key={label}>
          <p className="report-figure-label">{label}</p>
          <p className="report-figure-value">{value}</p>
          <p className="report-figure-share">{share}</p>
        </div>
      ))}
    </div>
  );
}

function runFacts({ data, t }: ReportModel): Fact[] {
  const { inspection } = data.settings;
  const stated = (value: string) => value || <span className="report-muted">{t('notStated')}</span>;
  return [
    [t('cover.line'), stated(inspection.line)],
    [t('cover.direction'), stated(inspection.direction && t(`domain:direction.${inspection.direction}`))],
    [t('cover.track'), stated(inspection.track)],
    [t('cover.railSide'), stated(inspection.railSide && t(`domain:railSide.${inspection.railSide}`))],
    [t('cover.inspector'), stated(inspection.inspector)],
    [t('cover.organisation'), stated(inspection.organisation)],
    [t('cover.folder'), data.folder],
    [t('cover.created'), reportTime(data.createdAtMs)],
  ];
}

function basisFacts({ data, t, format }: ReportModel): Fact[] {
  const { calibration } = data.settings;
  const scale =
    calibration && t('defect.calibrationValue', { x: format.decimal(calibration.mmPerPxX, 5), y: format.decimal(calibration.mmPerPxY, 5) });
  return [
    [t('cover.scope'), t(`scope.${data.options.defects}`)],
    [t('cover.calibration'), calibration && scale ? `${scale} · ${calibration.source || t('notStated')}` : t('defect.notCalibrated')],
    [t('cover.application'), `RailScope ${data.appVersion}`],
  ];
}

function Engines({ model }: { model: ReportModel }) {
  const { data, t } = model;
  if (data.engines.length === 0) return <p className="report-muted">{t('cover.noModel')}</p>;
  const more = data.engines.length - ENGINES_ON_COVER;
  return (
    <>
      <table className="report-table">
        <thead>
          <tr>
            <th>{t('cover.model')}</th>
            <th>{t('cover.weights')}</th>
            <th>{t('cover.device')}</th>
            <th>{t('cover.precision')}</th>
          </tr>
        </thead>
        <tbody>
          {data.engines.slice(0, ENGINES_ON_COVER).map((engine) => (
            <tr key={engineKey(engine)}>
              <td>{engine.modelId}</td>
              <td className="report-mono">{shaPrefix(engine.modelSha256)}…</td>
              <td>
                {engine.device} ({engine.backend})
              </td>
              <td>{engine.precision}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p className="report-muted">{t('cover.moreModels', { count: more })}</p>}
    </>
  );
}

function engineKey(engine: Engine): string {
  return [engine.modelId, engine.modelSha256, engine.backend, engine.device, engine.precision].join('|');
}
