import type { ReportDefect } from '#shared/domain/report';
import type { ReportPage } from '#shared/report/plan';
import { ClassMark } from '../class-mark';
import { DefectFacts } from '../defect-facts';
import { shortenMiddle } from '../format';
import { defectPictures, type PictureSet } from '../pictures';
import { ContextPicture, CropPicture } from '../picture';
import { classOf, type ReportModel } from '../report-model';

/** Fills three lines at most; the coverage list has the whole path. */
const PATH_CHARACTERS = 165;
const columnContext = { widthMm: 86, heightMm: 94 };
const wideContext = { widthMm: 178, heightMm: 48 };
const cropPlace = { widthMm: 86, heightMm: 86 };

interface DefectPageProps {
  model: ReportModel;
  page: Extract<ReportPage, { kind: 'defect' }>;
  pictures: PictureSet;
}

export function DefectPage({ model, page, pictures }: DefectPageProps) {
  const { data, t } = model;
  const defect = data.defects[page.index];
  if (!defect) return null;
  const { context, crop } = defectPictures(defect, model.pictures);
  const number = page.index + 1;
  const isWhole = context.box.width === defect.imageWidth && context.box.height === defect.imageHeight;
  const isWide = context.box.width > 1.6 * context.box.height;
  const contextCaption = isWhole
    ? t('defect.context')
    : t('defect.contextPart', {
        left: context.box.x,
        right: context.box.x + context.box.width,
        top: context.box.y,
        bottom: context.box.y + context.box.height,
      });
  return (
    <>
      <DefectHeader model={model} defect={defect} number={number} />
      <p className="report-defect-file">{shortenMiddle(defect.relativePath, PATH_CHARACTERS)}</p>
      <div className={isWide ? 'report-defect-wide' : 'report-defect-top'}>
        <figure>
          <ContextPicture
            model={model}
            pictures={pictures}
            url={context.url}
            frame={context.box}
            place={isWide ? wideContext : columnContext}
            defect={defect}
          />
          <figcaption>{contextCaption}</figcaption>
        </figure>
        <DefectFacts model={model} defect={defect} twoColumns={isWide} />
      </div>
      <div className="report-defect-crops">
        <figure>
          <CropPicture model={model} pictures={pictures} url={crop.url} frame={crop.box} place={cropPlace} overlayUrl={null} />
          <figcaption>{t('defect.crop')}</figcaption>
        </figure>
        <figure>
          <CropPicture model={model} pictures={pictures} url={crop.url} frame={crop.box} place={cropPlace} overlayUrl={crop.overlayUrl} />
          <figcaption>{t(defect.decision === 'unreviewed' ? 'defect.overlayUnreviewed' : 'defect.overlay')}</figcaption>
        </figure>
      </div>
      <Note model={model} defect={defect} page={page} />
      <p className="report-muted report-stretch-note">{t('defect.stretched')}</p>
    </>
  );
}

function DefectHeader({ model, defect, number }: { model: ReportModel; defect: ReportDefect; number: number }) {
  const { t, data } = model;
  const { name, code, colour, outline } = classOf(model, defect.classCode);
  return (
    <header className="report-defect-header">
      <ClassMark colour={colour} pattern={outline} />
      <h1>{name}</h1>
      {code !== name.toLowerCase() && <span className="report-muted">{code}</span>}
      <span className={`report-pill report-grade-${defect.grade}`}>{t(`domain:grade.${defect.grade}`)}</span>
      <span className={`report-pill report-decision-${defect.decision}`}>{t(`domain:decision.${defect.decision}`)}</span>
      <span className="report-defect-number">{t('defect.number', { number, total: data.defects.length })}</span>
    </header>
  );
}

function Note({ model: { t }, defect, page }: { model: ReportModel; defect: ReportDefect; page: DefectPageProps['page'] }) {
  const continues = page.noteTo < defect.note.length;
  return (
    <div className="report-note">
      <h2>{t('defect.note')}</h2>
      {defect.note === '' ? (
        <p className="report-muted">{t('defect.noNote')}</p>
      ) : (
        <p className="report-note-text">{defect.note.slice(page.noteFrom, page.noteTo).trimEnd()}</p>
      )}
      {continues && <p className="report-muted">{t('defect.noteContinues')}</p>}
    </div>
  );
}
