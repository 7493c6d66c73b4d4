import type { ReactNode } from 'react';
import type { ReportDefect } from '#shared/domain/report';
import { Facts, type Fact } from './facts';
import { shaPrefix, sizeInMm } from './format';
import type { ReportModel } from './report-model';

/** Everything that is known of one defect, besides its pictures and note. */
export function DefectFacts({ model, defect, twoColumns }: { model: ReportModel; defect: ReportDefect; twoColumns: boolean }) {
  const facts = [...placeFacts(model, defect), ...sizeFacts(model, defect), ...judgementFacts(model, defect)];
  if (!twoColumns) return <Facts facts={facts} />;
  const middle = Math.ceil(facts.length / 2);
  return (
    <div className="report-columns">
      <Facts facts={facts.slice(0, middle)} />
      <Facts facts={facts.slice(middle)} />
    </div>
  );
}

function placeFacts({ t, data, format }: ReportModel, defect: ReportDefect): Fact[] {
  const { calibration } = data.settings;
  const { x, y } = defect.box;
  return [
    [t('defect.imageSize'), `${format.integer(defect.imageWidth)} × ${format.integer(defect.imageHeight)} px`],
    [
      t('defect.position'),
      <Lines
        lines={[
          `x ${format.integer(x)}, y ${format.integer(y)} px`,
          calibration && `x ${format.millimetres(x * calibration.mmPerPxX)}, y ${format.millimetres(y * calibration.mmPerPxY)} mm`,
        ]}
      />,
    ],
  ];
}

function sizeFacts({ t, data, format }: ReportModel, defect: ReportDefect): Fact[] {
  const { calibration } = data.settings;
  const { width, height } = defect.box;
  const mm = calibration && sizeInMm(calibration, width, height, defect.areaPx);
  const scale =
    calibration && t('defect.calibrationValue', { x: format.decimal(calibration.mmPerPxX, 5), y: format.decimal(calibration.mmPerPxY, 5) });
  const notCalibrated = t('defect.notCalibrated');
  const inPixels = (text: string): string => (mm ? `${text} px` : `${text} px (${notCalibrated})`);
  const source = calibration && t('defect.calibrationSource', { source: calibration.source || t('notStated') });
  return [
    [
      t('defect.size'),
      <Lines
        lines={[
          mm && <strong>{`${format.millimetres(mm.widthMm)} × ${format.millimetres(mm.heightMm)} mm`}</strong>,
          inPixels(`${format.integer(width)} × ${format.integer(height)}`),
        ]}
      />,
    ],
    [
      t('defect.area'),
      <Lines lines={[mm && <strong>{`${format.millimetres(mm.areaMm2)} mm²`}</strong>, inPixels(format.integer(defect.areaPx))]} />,
    ],
    [t('defect.calibration'), <Lines lines={scale ? [scale, source] : [notCalibrated]} />],
  ];
}

function judgementFacts(model: ReportModel, defect: ReportDefect): Fact[] {
  const { t, data, format } = model;
  const { engine, modelAreaPx } = defect;
  const reviewedArea = `${format.integer(defect.areaPx)} px`;
  return [
    [t('defect.origin'), t(`domain:origin.${defect.origin}`)],
    [t('defect.score'), defect.score === null ? t('defect.noScore') : format.decimal(defect.score, 3)],
    [t('defect.modelArea'), modelAreaPx === null ? '–' : `${format.integer(modelAreaPx)} px`],
    [t('defect.reviewedArea'), modelAreaPx === null ? reviewedArea : `${reviewedArea} (${areaChange(model, modelAreaPx, defect.areaPx)})`],
    [
      t('defect.engine'),
      engine ? (
        <Lines
          lines={[
            `${engine.modelId} · ${engine.precision}`,
            `${engine.device} (${engine.backend})`,
            <span className="report-mono">sha256 {shaPrefix(engine.modelSha256)}…</span>,
          ]}
        />
      ) : (
        t('defect.noEngine')
      ),
    ],
    [t('defect.reviewer'), data.settings.inspection.inspector || t('notStated')],
  ];
}

function areaChange({ t, format }: ReportModel, before: number, after: number): string {
  return before === after ? t('defect.unchanged') : t('defect.areaChange', { percent: format.change(before, after) });
}

function Lines({ lines }: { lines: readonly (ReactNode | false)[] }) {
  return lines.filter((line) => line !== null && line !== false).map((line, index) => <div key={index}>{line}</div>);
}
