/** Which part of a picture a report shows, and at what scale. Pure; all boxes in image pixels. */
import type { Calibration } from '#shared/domain/project';
import type { Box } from '#shared/geometry/box';

const MINIMUM_CROP_SIDE_PX = 128;
const CROP_TO_DEFECT = 1.6;
/** Pictures more stretched than this are shown in part: a whole 30,000×1,100 strip would be a hairline. */
const MAXIMUM_CONTEXT_ASPECT = 5;
const BAR_PART_OF_WIDTH = 0.35;

/** A square around the defect with room on all sides, moved inside the picture, smaller only where the picture is. */
export function cropBox(defect: Box, imageWidth: number, imageHeight: number): Box {
  const sidePx = Math.max(MINIMUM_CROP_SIDE_PX, Math.ceil(Math.max(defect.width, defect.height) * CROP_TO_DEFECT));
  return windowAround(defect, Math.min(sidePx, imageWidth), Math.min(sidePx, imageHeight), imageWidth, imageHeight);
}

/** The whole picture, or of a very stretched one the part around the defect. */
export function contextBox(defect: Box, imageWidth: number, imageHeight: number): Box {
  const width = Math.min(imageWidth, Math.max(Math.floor(imageHeight * MAXIMUM_CONTEXT_ASPECT), defect.width));
  const height = Math.min(imageHeight, Math.max(Math.floor(imageWidth * MAXIMUM_CONTEXT_ASPECT), defect.height));
  return windowAround(defect, width, height, imageWidth, imageHeight);
}

function windowAround(defect: Box, wantedWidth: number, wantedHeight: number, imageWidth: number, imageHeight: number): Box {
  const width = Math.max(1, wantedWidth);
  const height = Math.max(1, wantedHeight);
  const place = (centre: number, side: number, limit: number): number => Math.max(0, Math.min(Math.round(centre - side / 2), limit - side));
  return {
    x: place(defect.x + defect.width / 2, width, imageWidth),
    y: place(defect.y + defect.height / 2, height, imageHeight),
    width,
    height,
  };
}

/** `box` inside `frame` as CSS percentages of the frame. */
export function boxInPercent(box: Box, frame: Box): { left: string; top: string; width: string; height: string } {
  const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return {
    left: percent(box.x - frame.x, frame.width),
    top: percent(box.y - frame.y, frame.height),
    width: percent(box.width, frame.width),
    height: percent(box.height, frame.height),
  };
}

/** The largest size of the frame's shape within the given one, in the same unit. */
export function fitInside(frame: Box, maximumWidth: number, maximumHeight: number): { width: number; height: number } {
  const scale = Math.min(maximumWidth / frame.width, maximumHeight / frame.height);
  return { width: frame.width * scale, height: frame.height * scale };
}

/** The largest of 1, 2, 5 × 10^n that is not above `limit`; `limit` is positive. */
export function roundLength(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  const factor = [5, 2, 1].find((step) => step * power <= limit) ?? 1;
  return factor * power;
}

/** Scales further apart than this make the bar valid along the width only. */
const ANISOTROPY_LIMIT = 0.01;

export interface ScaleBar {
  length: number;
  unit: 'px' | 'mm';
  /** part of the picture's width, 0…0.35 */
  fraction: number;
  /** false where heights have another scale */
  bothAxes: boolean;
}

/** @param calibration null = not calibrated: the bar is in pixels */
export function scaleBar(widthPx: number, calibration: Pick<Calibration, 'mmPerPxX' | 'mmPerPxY'> | null): ScaleBar {
  if (!calibration) {
    const length = Math.max(1, roundLength(widthPx * BAR_PART_OF_WIDTH));
    return { length, unit: 'px', fraction: length / widthPx, bothAxes: true };
  }
  const widthMm = widthPx * calibration.mmPerPxX;
  const length = roundLength(widthMm * BAR_PART_OF_WIDTH);
  const bothAxes = Math.abs(calibration.mmPerPxX / calibration.mmPerPxY - 1) <= ANISOTROPY_LIMIT;
  return { length, unit: 'mm', fraction: length / widthMm, bothAxes };
}
