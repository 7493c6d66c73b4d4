import type { Box } from '#shared/geometry/box';
import { assertNever } from '#shared/errors/railscope-error';
import { defectClass } from '#shared/domain/defect-classes';
import type { OutlinePattern } from '#shared/domain/defect-classes';
import type { Defect } from '#shared/domain/defect';
import { differenceColours } from './colours';
import type { OutlineCache } from './outline-cache';
import type { Size, View } from './view-transform';

const LINE_PX = 1.5;
const REJECTED = 'rejected';

/** Lines are drawn in image coordinates, so that they follow pixel edges at every zoom, with a width in CSS pixels. */
export function withImageSpace(context: CanvasRenderingContext2D, view: View, draw: (px: number) => void): void {
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.zoom, view.zoom);
  draw(1 / view.zoom);
  context.restore();
}

/** The lines of all defects: colour and pattern of the class, rejected ones grey and dotted. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  view: View,
  part: Box,
  outlines: OutlineCache,
  defects: ReadonlyMap<number, Defect>,
): void {
  const styleOf = (label: number): string | null => {
    const defect = defects.get(label);
    if (!defect) return null;
    return defect.decision === 'rejected' ? REJECTED : defect.classCode;
  };
  withImageSpace(context, view, (px) => {
    context.lineWidth = LINE_PX * px;
    context.lineJoin = 'round';
    outlines.forEachPath(part, styleOf, (style, path) => {
      const look = style === REJECTED ? { colour: '#9aa3ad', outline: 'dotted' as const } : defectClass(style);
      context.strokeStyle = look.colour;
      context.setLineDash(dashOf(look.outline).map((length) => length * px));
      context.stroke(path);
    });
  });
}

/** Where the network's and the inspector's outlines run apart; where they agree, dashes of both colours. */
export function drawDifferenceOutlines(
  context: CanvasRenderingContext2D,
  view: View,
  part: Box,
  model: OutlineCache | null,
  human: OutlineCache,
): void {
  withImageSpace(context, view, (px) => {
    context.lineWidth = LINE_PX * px;
    context.strokeStyle = differenceColours.onlyModel;
    model?.forEachPath(
      part,
      () => '',
      (_, path) => context.stroke(path),
    );
    context.strokeStyle = differenceColours.onlyHuman;
    context.setLineDash([6 * px, 6 * px]);
    human.forEachPath(
      part,
      () => '',
      (_, path) => context.stroke(path),
    );
  });
}

/** A white line on a dark one around the selected defect, and brackets around its box. */
export function drawSelection(context: CanvasRenderingContext2D, view: View, part: Box, outlines: OutlineCache, selected: Defect): void {
  const path = outlines.pathOfLabel(part, selected.label);
  withImageSpace(context, view, (px) => {
    context.lineJoin = 'round';
    context.strokeStyle = 'rgba(0,0,0,0.75)';
    context.lineWidth = 4 * px;
    context.stroke(path);
    context.strokeStyle = '#ffffff';
    context.lineWidth = 1.75 * px;
    context.stroke(path);
  });
  drawBrackets(context, view, selected.box);
}

/** The inspected region: a thin frame, the rest dimmed a little. */
export function drawRegion(context: CanvasRenderingContext2D, view: View, picture: Size, box: Box): void {
  withImageSpace(context, view, (px) => {
    context.fillStyle = 'rgba(8,10,14,0.35)';
    context.beginPath();
    context.rect(0, 0, picture.width, picture.height);
    context.rect(box.x, box.y, box.width, box.height);
    context.fill('evenodd');
    context.strokeStyle = 'rgba(110,200,215,0.55)';
    context.lineWidth = px;
    context.setLineDash([6 * px, 4 * px]);
    context.strokeRect(box.x, box.y, box.width, box.height);
  });
}

function drawBrackets(context: CanvasRenderingContext2D, view: View, box: Box): void {
  const gap = 6;
  const left = view.x + box.x * view.zoom - gap;
  const top = view.y + box.y * view.zoom - gap;
  const right = view.x + (box.x + box.width) * view.zoom + gap;
  const bottom = view.y + (box.y + box.height) * view.zoom + gap;
  const arm = Math.min(14, (right - left) / 3, (bottom - top) / 3);
  context.beginPath();
  for (const [x, y, sx, sy] of [
    [left, top, 1, 1],
    [right, top, -1, 1],
    [right, bottom, -1, -1],
    [left, bottom, 1, -1],
  ] as const) {
    context.moveTo(x + sx * arm, y);
    context.lineTo(x, y);
    context.lineTo(x, y + sy * arm);
  }
  context.setLineDash([]);
  context.strokeStyle = 'rgba(0,0,0,0.6)';
  context.lineWidth = 3;
  context.stroke();
  context.strokeStyle = '#5cc8d7';
  context.lineWidth = 1.5;
  context.stroke();
}

function dashOf(pattern: OutlinePattern): number[] {
  switch (pattern) {
    case 'solid':
      return [];
    case 'dashed':
      return [6, 3];
    case 'dotted':
      return [2, 2.5];
    case 'dash-dot':
      return [7, 3, 2, 3];
    default:
      return assertNever(pattern, 'pattern');
  }
}
