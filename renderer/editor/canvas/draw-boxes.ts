/** Frames with class and score around detected instances. */
import type { Defect } from '#shared/domain/defect';
import { defectClass } from '#shared/domain/defect-classes';
import type { Locale } from '#shared/domain/settings';
import type { Box } from '#shared/geometry/box';
import { formatScore } from '../../platform/format';
import type { Size, View } from './view-transform';

export const BOX_LABEL_HEIGHT_PX = 16;
const PADDING_PX = 4;
/** Smaller frames show no text unless selected: a crowd of tiny ones would hide the picture. */
const TEXT_FROM_SIDE_PX = 20;

/** What is written on a frame: class, and the score where the network gave one. */
export function boxText({ classCode, score }: Pick<Defect, 'classCode' | 'score'>, locale: Locale): string {
  const { zh, en } = defectClass(classCode);
  const name = locale === 'zh-CN' ? zh : en;
  return score === null ? name : `${name} ${formatScore(score)}`;
}

/**
 * The defects whose frames are shown: rejected ones only while selected, and while the threshold is being dragged none
 * that it would drop.
 */
export function framedDefects(
  defects: readonly Defect[],
  thresholdPreview: number | null,
  selectedLabel: number | null,
): readonly Defect[] {
  return defects.filter(
    ({ label, decision, score }) =>
      (decision !== 'rejected' || label === selectedLabel) && (thresholdPreview === null || score === null || score >= thresholdPreview),
  );
}

/** The frame in CSS pixels of the canvas; null where it lies outside. */
export function frameOnCanvas(box: Box, view: View, canvas: Size): Box | null {
  const x = view.x + box.x * view.zoom;
  const y = view.y + box.y * view.zoom;
  const width = box.width * view.zoom;
  const height = box.height * view.zoom;
  return x < canvas.width && y < canvas.height && x + width > 0 && y + height > 0 ? { x, y, width, height } : null;
}

/** Where the text stands: above the frame, or inside it where the frame begins at the canvas's upper edge; always within the canvas. */
export function labelPlace(frame: Box, textWidthPx: number, canvas: Size): { x: number; y: number; width: number } {
  const width = textWidthPx + 2 * PADDING_PX;
  const above = frame.y - BOX_LABEL_HEIGHT_PX;
  return {
    x: Math.max(0, Math.min(frame.x, canvas.width - width)),
    y: Math.min(canvas.height - BOX_LABEL_HEIGHT_PX, above >= 0 ? above : Math.max(0, frame.y)),
    width,
  };
}

/** @param fontFamily of the window; read once by the caller */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  view: View,
  canvas: Size,
  defects: readonly Defect[],
  { locale, selectedLabel, fontFamily }: { locale: Locale; selectedLabel: number | null; fontFamily: string },
): void {
  context.save();
  context.font = `500 11px ${fontFamily}`;
  context.textBaseline = 'middle';
  for (const defect of defects) {
    const frame = frameOnCanvas(defect.box, view, canvas);
    if (!frame) continue;
    const { colour } = defectClass(defect.classCode);
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.strokeRect(Math.round(frame.x) - 0.5, Math.round(frame.y) - 0.5, Math.round(frame.width) + 1, Math.round(frame.height) + 1);
    if (Math.max(frame.width, frame.height) < TEXT_FROM_SIDE_PX && defect.label !== selectedLabel) continue;
    const text = boxText(defect, locale);
    const { x, y, width } = labelPlace(frame, context.measureText(text).width, canvas);
    context.fillStyle = colour;
    context.fillRect(Math.round(x) - 1, Math.round(y), Math.ceil(width), BOX_LABEL_HEIGHT_PX);
    context.fillStyle = textColourOn(colour);
    context.fillText(text, Math.round(x) - 1 + PADDING_PX, Math.round(y) + BOX_LABEL_HEIGHT_PX / 2 + 0.5);
  }
  context.restore();
}

/** Black or white, whichever has more contrast by WCAG's relative luminance. @param hex '#rrggbb' */
export function textColourOn(hex: string): '#000000' | '#ffffff' {
  const rgb = Number.parseInt(hex.slice(1), 16);
  const linear = [(rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255].map((byte) => {
    const share = byte / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // equal contrast to both at √(1.05 × 0.05) − 0.05
  return luminance > 0.179 ? '#000000' : '#ffffff';
}
