import type { Box } from '#shared/geometry/box';

/** Where the picture lies in the canvas: screen = image × zoom + (x, y), in CSS pixels. */
export interface View {
  zoom: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const MINIMUM_ZOOM = 0.02;
export const MAXIMUM_ZOOM = 32;
/** How much of the picture panning leaves in the canvas at least. */
const STAY_PX = 48;
const FIT_MARGIN_PX = 12;

export function toImage(view: View, screenX: number, screenY: number): { x: number; y: number } {
  return { x: (screenX - view.x) / view.zoom, y: (screenY - view.y) / view.zoom };
}

/** The whole picture, centred; small pictures grow up to `maximumZoom`. */
export function fitView(picture: Size, canvas: Size, maximumZoom = MAXIMUM_ZOOM): View {
  return fitBox({ x: 0, y: 0, ...picture }, canvas, FIT_MARGIN_PX, maximumZoom);
}

/** A part of the picture, centred, with a margin around it in CSS pixels. */
export function fitBox(box: Box, canvas: Size, marginPx: number, maximumZoom: number): View {
  const room = { width: Math.max(1, canvas.width - 2 * marginPx), height: Math.max(1, canvas.height - 2 * marginPx) };
  const zoom = Math.min(maximumZoom, room.width / Math.max(1, box.width), room.height / Math.max(1, box.height));
  return centred(box.x + box.width / 2, box.y + box.height / 2, zoom, canvas);
}

/** The image point in the middle of the canvas. */
export function centred(imageX: number, imageY: number, zoom: number, canvas: Size): View {
  return { zoom, x: canvas.width / 2 - imageX * zoom, y: canvas.height / 2 - imageY * zoom };
}

/** Zooms so that the image point under the given screen point stays there. */
export function zoomAt(view: View, factor: number, screenX: number, screenY: number, picture: Size, canvas: Size): View {
  const least = Math.min(MINIMUM_ZOOM, fitView(picture, canvas).zoom);
  const zoom = Math.min(MAXIMUM_ZOOM, Math.max(least, view.zoom * factor));
  const ratio = zoom / view.zoom;
  return clampView({ zoom, x: screenX - (screenX - view.x) * ratio, y: screenY - (screenY - view.y) * ratio }, picture, canvas);
}

/** Keeps a bit of the picture inside the canvas. */
export function clampView(view: View, picture: Size, canvas: Size): View {
  return {
    zoom: view.zoom,
    x: clampAxis(view.x, picture.width * view.zoom, canvas.width),
    y: clampAxis(view.y, picture.height * view.zoom, canvas.height),
  };
}

/** The part of the picture that the canvas shows, in image pixels with fractions; may be empty. */
export function visiblePart(view: View, picture: Size, canvas: Size): Box {
  const start = toImage(view, 0, 0);
  const end = toImage(view, canvas.width, canvas.height);
  const x = Math.max(0, start.x);
  const y = Math.max(0, start.y);
  return { x, y, width: Math.max(0, Math.min(picture.width, end.x) - x), height: Math.max(0, Math.min(picture.height, end.y) - y) };
}

function clampAxis(offset: number, shown: number, room: number): number {
  const stay = Math.min(STAY_PX, shown);
  return Math.min(room - stay, Math.max(stay - shown, offset));
}
