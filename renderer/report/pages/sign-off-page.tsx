import type { Engine } from '#shared/domain/model';
import type { ReportModel } from '../report-model';

const ENGINES_LISTED = 12;

export function SignOffPage({ model }: { model: ReportModel }) {
  const { t, data } = model;
  const roles = [
    [t('signOff.inspector'), data.settings.inspection.inspector],
    [t('signOff.secondReviewer'), ''],
    [t('signOff.approver'), ''],
  ] as const;
  return (
    <>
      <h1>{t('signOff.title')}</h1>
      <p className="report-statement">{t('signOff.statement')}</p>
      <table className="report-signatures">
        <thead>
          <tr>
            <th />
            <th>{t('signOff.name')}</th>
            <th>{t('signOff.signature')}</th>
            <th>{t('signOff.date')}</th>
          </tr>
        </thead>
        <tbody>
          {roles.map(([role, name]) => (
            <tr key={role}>
              <th scope="row">{role}</th>
              <td>{name}</td>
              <td />
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      <h2>{t('signOff.engines')}</h2>
      <Engines model={model} />
      <h2>{t('signOff.disclaimerTitle')}</h2>
      <p>{t('signOff.disclaimer')}</p>
    </>
  );
}

function Engines({ model: { t, data } }: { model: ReportModel }) {
  if (data.engines.length === 0) return <p>{t('signOff.noEngines')}</p>;
  const more = data.engines.length - ENGINES_LISTED;
  return (
    <>
      {data.engines.slice(0, ENGINES_LISTED).map((engine) => (
        <EngineEntry key={JSON.stringify(engine)} engine={engine} sha={t('signOff.sha')} />
      ))}
      {more > 0 && <p className="report-muted">{t('signOff.moreEngines', { count: more })}</p>}
    </>
  );
}

function EngineEntry({ engine, sha }: { engine: Engine; sha: string }) {
  return (
    <div className="report-engine">
      <p>
        <strong>{engine.modelId}</strong> · {engine.precision} · {engine.device} ({engine.backend})
      </p>
      <p>
        {sha} <span className="report-mono">{engine.modelSha256}</span>
      </p>
    </div>
  );
}
