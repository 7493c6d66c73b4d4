import { columnStates, tickStates, type StripModel, type TickState } from './strip-model';

/** Colour and height of a tick, so that states differ without colour too. Keep in step with run-strip.module.css. */
const looks: Record<TickState, { colour: string; height: number } | null> = {
  absent: null,
  pending: { colour: '#4a525c', height: 0.3 },
  clear: { colour: '#7b8893', height: 0.45 },
  reviewed: { colour: '#4cb782', height: 0.6 },
  defects: { colour: '#e69f00', height: 0.85 },
  error: { colour: '#e5694f', height: 1 },
};
const BRACKET_COLOUR = '#f0f3f6';
const GAP_PX = 1;
/** room above the ticks for the bracket */
const TOP_PX = 3;

/** Draws the strip at the screen's own resolution. Sizes are CSS pixels. */
export function drawStrip(canvas: HTMLCanvasElement, strip: StripModel, currentPlace: number, widthPx: number, heightPx: number): void {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.max(1, Math.round(widthPx * ratio));
  canvas.height = Math.max(1, Math.round(heightPx * ratio));
  const context = canvas.getContext('2d');
  if (!context || strip.count === 0 || widthPx <= 0) return;
  context.scale(ratio, ratio);
  drawTicks(context, strip, widthPx, heightPx);
  if (currentPlace >= 0) drawBracket(context, strip.count, currentPlace, widthPx, heightPx);
}

function drawTicks(context: CanvasRenderingContext2D, strip: StripModel, widthPx: number, heightPx: number): void {
  const columns = Math.min(strip.count, Math.floor(widthPx));
  const states = columnStates(strip, columns);
  const step = widthPx / columns;
  const width = Math.max(1, step - (step >= 3 ? GAP_PX : 0));
  const tallest = heightPx - TOP_PX;
  states.forEach((state, column) => {
    const look = looks[tickStates[state] ?? 'absent'];
    if (!look) return;
    const height = Math.max(2, tallest * look.height);
    context.fillStyle = look.colour;
    context.fillRect(column * step, heightPx - height, width, height);
  });
}

function drawBracket(context: CanvasRenderingContext2D, count: number, place: number, widthPx: number, heightPx: number): void {
  const tickPx = widthPx / count;
  const width = Math.max(6, tickPx + 1);
  const left = (place + 0.5) * tickPx - width / 2;
  context.strokeStyle = BRACKET_COLOUR;
  context.lineWidth = 1.5;
  context.strokeRect(Math.max(0.75, Math.min(left, widthPx - width - 0.75)), 0.75, width, heightPx - 1.5);
}
