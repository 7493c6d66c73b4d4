/** Grey levels: what range a picture uses, and the mapping of a range to 8 bit. */
import { intersectBoxes, type Box } from '#shared/geometry/box';
import { maxSample, type DecodedImage, type StretchOptions } from './types';

const TAIL_FRACTION = 0.005;
const MAX_SAMPLED_PIXELS = 250_000;

/**
 * The range that holds 99 % of the samples (0.5 % cut on either side), all channels together, from at most about
 * 250,000 pixels on a regular grid.
 * @param box the part to look at, cut at the picture's edges; the whole picture where it is absent or lies outside
 * @returns DN of the picture's bit depth; `high` is greater than `low`, both within the depth
 */
export function greyLevelRange(image: DecodedImage, box?: Box): { low: number; high: number } {
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  const { counts, total } = histogram(image, (box && intersectBoxes(box, whole)) ?? whole);
  const tail = Math.floor(total * TAIL_FRACTION);
  const max = counts.length - 1;
  let low = 0;
  for (let seen = counts[0] ?? 0; seen <= tail && low < max;) seen += counts[++low] ?? 0;
  let high = max;
  for (let seen = counts[max] ?? 0; seen <= tail && high > low;) seen += counts[--high] ?? 0;
  if (high > low) return { low, high };
  return low < max ? { low, high: low + 1 } : { low: max - 1, high: max };
}

/**
 * Maps DN to 8 bit: at or below `low` is black, at or above `high` white, between them `position ^ (1 / gamma)`, so
 * that gamma above 1 brightens the middle; `invert` turns the result round.
 */
export function stretchTo8Bit(image: DecodedImage, options: StretchOptions): DecodedImage {
  const table = stretchTable(image.bitDepth, options);
  const from = image.data;
  const data = new Uint8Array(from.length);
  for (let i = 0; i < from.length; i++) data[i] = table[from[i] ?? 0] ?? 0;
  return { ...image, data, bitDepth: 8 };
}

function stretchTable(bitDepth: 8 | 16, { low, high, gamma, invert }: StretchOptions): Uint8Array {
  const table = new Uint8Array(maxSample(bitDepth) + 1);
  const span = Math.max(high - low, Number.EPSILON);
  for (let dn = 0; dn < table.length; dn++) {
    const position = Math.min(1, Math.max(0, (dn - low) / span));
    const value = Math.round(255 * position ** (1 / gamma));
    table[dn] = invert ? 255 - value : value;
  }
  return table;
}

function histogram(image: DecodedImage, box: Box): { counts: Uint32Array; total: number } {
  const counts = new Uint32Array(maxSample(image.bitDepth) + 1);
  const step = Math.max(1, Math.ceil(Math.sqrt((box.width * box.height) / MAX_SAMPLED_PIXELS)));
  const { data, channels } = image;
  let total = 0;
  for (let y = box.y; y < box.y + box.height; y += step) {
    for (let x = box.x; x < box.x + box.width; x += step) {
      const at = (y * image.width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const dn = data[at + c] ?? 0;
        counts[dn] = (counts[dn] ?? 0) + 1;
      }
      total += channels;
    }
  }
  return { counts, total };
}
