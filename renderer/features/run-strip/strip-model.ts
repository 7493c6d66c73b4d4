/** The run at a glance: one byte of state per picture, drawn as ticks. Arrays only, so that 100,000 pictures cost little. */
import type { ImageRecord } from '#shared/domain/image';

/** In drawing order: where many pictures share a pixel, the highest wins. */
export const tickStates = ['absent', 'pending', 'clear', 'reviewed', 'defects', 'error'] as const;
export type TickState = (typeof tickStates)[number];

export interface StripModel {
  count: number;
  /** image id by place in the list */
  ids: Uint32Array;
  /** index into `tickStates` by place */
  states: Uint8Array;
  places: Map<number, number>;
}

export function emptyStrip(): StripModel {
  return { count: 0, ids: new Uint32Array(0), states: new Uint8Array(0), places: new Map() };
}

export function tickStateOf(image: ImageRecord): TickState {
  if (image.error) return 'error';
  if (image.reviewStatus === 'accepted' || image.reviewStatus === 'rejected') return 'reviewed';
  if (image.defectCount > 0) return 'defects';
  return image.inference === 'done' ? 'clear' : 'pending';
}

/** Writes a page of rows into the strip, which is made `total` long. @returns the same strip, or a longer or shorter one */
export function writeRows(strip: StripModel, offset: number, total: number, rows: readonly ImageRecord[]): StripModel {
  const sized = resize(strip, total);
  rows.forEach((image, index) => {
    const place = offset + index;
    if (place >= total) return;
    sized.ids[place] = image.id;
    sized.states[place] = tickStates.indexOf(tickStateOf(image));
    sized.places.set(image.id, place);
  });
  return sized;
}

function resize(strip: StripModel, total: number): StripModel {
  if (strip.count === total) return strip;
  const ids = new Uint32Array(total);
  const states = new Uint8Array(total);
  ids.set(strip.ids.subarray(0, total));
  states.set(strip.states.subarray(0, total));
  return { count: total, ids, states, places: strip.places };
}

/** @param widthPx CSS pixels of the strip; @returns the place under `x`, clamped to the ends */
export function placeAt(strip: StripModel, x: number, widthPx: number): number {
  return Math.min(strip.count - 1, Math.max(0, Math.floor((x / widthPx) * strip.count)));
}

/**
 * The state to draw for each of `columns` equal parts of the strip: the highest among its pictures.
 * @returns indices into `tickStates`
 */
export function columnStates(strip: StripModel, columns: number): Uint8Array {
  const result = new Uint8Array(columns);
  for (let place = 0; place < strip.count; place++) {
    const column = Math.floor((place * columns) / strip.count);
    const state = strip.states[place] ?? 0;
    if (state > (result[column] ?? 0)) result[column] = state;
  }
  return result;
}
