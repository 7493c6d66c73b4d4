import { assertNever } from '#shared/errors/railscope-error';
import type { Sketch } from '../tools/tool';
import type { View } from './view-transform';

const PAINT = '#ffffff';
const ERASE = '#ff8f7a';
const REGION = '#6ec8d7';
/** A ring smaller than this is lost on the picture; a cross marks its place. */
const LEAST_RING_PX = 5;

/** What a tool has in hand, in screen coordinates with lines that show on light and dark ground. */
export function drawSketch(context: CanvasRenderingContext2D, view: View, sketch: Sketch): void {
  context.save();
  switch (sketch.kind) {
    case 'ring':
      drawRing(context, view, sketch);
      break;
    case 'path':
      drawPath(context, view, sketch);
      break;
    case 'box':
      drawBox(context, view, sketch);
      break;
    default:
      assertNever(sketch, 'sketch');
  }
  context.restore();
}

function drawRing(context: CanvasRenderingContext2D, view: View, sketch: Extract<Sketch, { kind: 'ring' }>): void {
  const x = view.x + sketch.x * view.zoom;
  const y = view.y + sketch.y * view.zoom;
  const reach = (sketch.sizePx * view.zoom) / 2;
  context.beginPath();
  if (sketch.shape === 'square') context.rect(x - reach, y - reach, 2 * reach, 2 * reach);
  else context.arc(x, y, reach, 0, 2 * Math.PI);
  if (reach < LEAST_RING_PX) {
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      context.moveTo(x + dx * (reach + 3), y + dy * (reach + 3));
      context.lineTo(x + dx * (reach + 9), y + dy * (reach + 9));
    }
  }
  strokeTwice(context, sketch.erasing ? ERASE : PAINT);
}

function drawPath(context: CanvasRenderingContext2D, view: View, sketch: Extract<Sketch, { kind: 'path' }>): void {
  const { points, cursor } = sketch;
  const screen = (index: number): [number, number] => [
    view.x + (points[index] ?? 0) * view.zoom,
    view.y + (points[index + 1] ?? 0) * view.zoom,
  ];
  const colour = sketch.erasing ? ERASE : PAINT;
  context.beginPath();
  context.moveTo(...screen(0));
  for (let i = 2; i < points.length; i += 2) context.lineTo(...screen(i));
  if (cursor) context.lineTo(...(sketch.closable ? screen(0) : ([view.x + cursor.x * view.zoom, view.y + cursor.y * view.zoom] as const)));
  strokeTwice(context, colour);
  context.fillStyle = sketch.erasing ? 'rgba(255,143,122,0.15)' : 'rgba(255,255,255,0.12)';
  context.fill();
  if (!cursor) return;
  for (let i = 0; i < points.length; i += 2) {
    const size = i === 0 && sketch.closable ? 6 : 3.5;
    const [x, y] = screen(i);
    context.beginPath();
    context.rect(x - size, y - size, 2 * size, 2 * size);
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = '#101418';
    context.lineWidth = 1;
    context.stroke();
  }
}

function drawBox(context: CanvasRenderingContext2D, view: View, { box, purpose }: Extract<Sketch, { kind: 'box' }>): void {
  context.beginPath();
  context.rect(view.x + box.x * view.zoom, view.y + box.y * view.zoom, box.width * view.zoom, box.height * view.zoom);
  context.fillStyle = purpose === 'erase' ? 'rgba(255,143,122,0.15)' : 'rgba(255,255,255,0.12)';
  context.fill();
  strokeTwice(context, purpose === 'region' ? REGION : purpose === 'erase' ? ERASE : PAINT);
}

function strokeTwice(context: CanvasRenderingContext2D, colour: string): void {
  context.strokeStyle = 'rgba(0,0,0,0.7)';
  context.lineWidth = 3;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = 1.25;
  context.stroke();
}
