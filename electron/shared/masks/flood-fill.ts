import type { EmitSpan } from './spans';

/** Labels of a rectangle of the picture, row-major. */
export interface LabelWindow {
  labels: Uint16Array;
  width: number;
  height: number;
}

/**
 * The background around a pixel, as far as any label bounds it (4-connected, so a diagonal outline is tight).
 * @param seedX column in the window; the seed must be background
 * @returns 1 per pixel of the enclosed area, or null when the area reaches the window's edge or the seed is not background
 */
export function enclosedBackground(window: LabelWindow, seedX: number, seedY: number): Uint8Array | null {
  const { labels, width, height } = window;
  const seed = seedY * width + seedX;
  if (seedX < 0 || seedY < 0 || seedX >= width || seedY >= height || labels[seed] !== 0) return null;
  const area = new Uint8Array(width * height);
  const leaked = flood(area, width, height, [seed], (index) => labels[index] === 0);
  return leaked ? null : area;
}

/**
 * The holes of one label: background that cannot reach the window's edge without crossing it.
 * @returns 1 per hole pixel, or null when there is none. Other labels inside a hole stay out of it.
 */
export function holesOfLabel(window: LabelWindow, label: number): Uint8Array | null {
  const { labels, width, height } = window;
  const outside = new Uint8Array(width * height);
  const passable = (index: number): boolean => labels[index] !== label;
  const seeds: number[] = [];
  for (let x = 0; x < width; x++) seeds.push(x, (height - 1) * width + x);
  for (let y = 0; y < height; y++) seeds.push(y * width, y * width + width - 1);
  flood(outside, width, height, seeds.filter(passable), passable);
  let found = false;
  for (let i = 0; i < outside.length; i++) {
    const hole = outside[i] === 0 && labels[i] === 0;
    outside[i] = hole ? 1 : 0;
    found ||= hole;
  }
  return found ? outside : null;
}

/** Emits the set pixels of an area as spans, moved to the window's place in the picture. */
export function areaSpans(area: Uint8Array, width: number, originX: number, originY: number, emit: EmitSpan): void {
  const height = area.length / width;
  for (let y = 0; y < height; y++) {
    let x = 0;
    while (x < width) {
      while (x < width && area[y * width + x] === 0) x++;
      const start = x;
      while (x < width && area[y * width + x] !== 0) x++;
      if (x > start) emit(originY + y, originX + start, originX + x);
    }
  }
}

/** Marks everything reachable from the seeds. @returns whether it reached the window's edge */
function flood(area: Uint8Array, width: number, height: number, seeds: readonly number[], passable: (index: number) => boolean): boolean {
  const stack = [...seeds];
  for (const seed of seeds) area[seed] = 1;
  let leaked = false;
  const visit = (index: number): void => {
    if (area[index] !== 0 || !passable(index)) return;
    area[index] = 1;
    stack.push(index);
  };
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const x = index % width;
    const y = (index - x) / width;
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) leaked = true;
    if (x > 0) visit(index - 1);
    if (x < width - 1) visit(index + 1);
    if (y > 0) visit(index - width);
    if (y < height - 1) visit(index + width);
  }
  return leaked;
}
