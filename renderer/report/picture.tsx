import type { ReactNode } from 'react';
import type { Box } from '#shared/geometry/box';
import type { ReportDefect } from '#shared/domain/report';
import { boxInPercent, fitInside, scaleBar } from './geometry';
import type { PictureSet } from './pictures';
import { classOf, type ReportModel } from './report-model';

interface PictureProps {
  model: ReportModel;
  pictures: PictureSet;
  url: string;
  /** the part of the image that the picture shows */
  frame: Box;
  /** the place on the page that it may fill */
  place: PlaceMm;
}

export interface PlaceMm {
  widthMm: number;
  heightMm: number;
}

/** The picture with the defect's box on it. */
export function ContextPicture({ model, pictures, url, frame, place, defect }: PictureProps & { defect: ReportDefect }) {
  const { colour } = classOf(model, defect.classCode);
  return (
    <Frame frame={frame} place={place}>
      <Photograph model={model} pictures={pictures} url={url} />
      <div className="report-box" style={{ ...boxInPercent(defect.box, frame), borderColor: colour }} />
      <Scale model={model} frame={frame} />
    </Frame>
  );
}

/** A part of the picture with a scale bar, and the mask over it unless `overlayUrl` is null. */
export function CropPicture({ model, pictures, url, frame, place, overlayUrl }: PictureProps & { overlayUrl: string | null }) {
  const overlay = overlayUrl === null ? null : pictures.get(overlayUrl);
  return (
    <Frame frame={frame} place={place}>
      <Photograph model={model} pictures={pictures} url={url} />
      {overlay && <img className="report-overlay" src={overlay} alt="" />}
      {overlayUrl !== null && overlay === null && <div className="report-overlay-missing">{model.t('defect.pictureMissing')}</div>}
      <Scale model={model} frame={frame} />
    </Frame>
  );
}

/** Has the picture's own shape, so that what lies on it stays aligned. */
function Frame({ frame, place, children }: { frame: Box; place: PlaceMm; children: ReactNode }) {
  const size = fitInside(frame, place.widthMm, place.heightMm);
  return (
    <div className="report-picture" style={{ width: `${size.width}mm`, height: `${size.height}mm` }}>
      {children}
    </div>
  );
}

function Photograph({ model, pictures, url }: Omit<PictureProps, 'frame' | 'place'>) {
  const source = pictures.get(url);
  if (source === undefined) return <div className="report-picture-loading" />;
  if (source === null) return <div className="report-picture-missing">{model.t('defect.pictureMissing')}</div>;
  return <img src={source} alt="" />;
}

function Scale({ model, frame }: { model: ReportModel; frame: Box }) {
  const bar = scaleBar(frame.width, model.data.settings.calibration);
  return (
    <div className="report-scale">
      <div className="report-scale-bar" style={{ width: `${100 * bar.fraction}%` }} />
      <span>
        {model.format.decimal(bar.length, 3)} {bar.unit}
        {bar.bothAxes ? '' : ' ↔'}
      </span>
    </div>
  );
}
