/**
 * Finds the rail head in a line-scan picture: a lighter band that runs through the whole picture along the rail.
 *
 * The profile across the rail is the median over 16 segments along it, so that fasteners, sleepers and gaps, which
 * show in a few segments only, do not count. The figures below were chosen on the 219 `rail400` pictures (all bands
 * found and covered) and on steel, magnet, ball-screw and phone pictures (none found in 430).
 */
import type { DecodedImage } from '#imaging';
import type { Box } from '#shared/geometry/box';

const SEGMENTS = 16;
const MAX_SAMPLED_LINES = 512;
/** Narrower pictures are not cut: nothing is gained, and textures look like bands. */
const MIN_ACROSS_PX = 512;
const MIN_ALONG_PX = 256;
/** The profile has about this many places; wider pictures are averaged over some pixels. */
const PROFILE_PLACES = 512;
/** Where between background and peak the band begins. */
const EDGE_LEVEL = 0.12;
/** Dark streaks inside the rail head up to this share of the picture do not split the band. */
const MAX_GAP_SHARE = 0.02;
/** Added on both sides: defects hang over the edge of the running surface. */
const MARGIN_SHARE = 0.015;
const MIN_CONTRAST = 3;
const MIN_BAND_SHARE = 0.03;
const MAX_BAND_SHARE = 0.5;
/** Share of the segments in which the band must be at least twice as bright as the rest. */
const MIN_SEGMENT_SHARE = 0.55;

type Axis = 'x' | 'y';

/**
 * Line-scan cameras deliver the rail upright (rows follow the running direction), so that an upright band goes before
 * a lying one, which may be a row of bright sleepers.
 * @returns the band with a margin, over the full length of the picture; null where none stands out clearly
 */
export function findRailBand(image: DecodedImage): Box | null {
  const upright = findAcross(image, 'x');
  if (upright) return { x: upright.start, y: 0, width: upright.end - upright.start, height: image.height };
  const lying = findAcross(image, 'y');
  return lying && { x: 0, y: lying.start, width: image.width, height: lying.end - lying.start };
}

interface Band {
  start: number;
  end: number;
}

/** @param axis the direction across the rail */
function findAcross(image: DecodedImage, axis: Axis): Band | null {
  const [across, along] = axis === 'x' ? [image.width, image.height] : [image.height, image.width];
  if (across < MIN_ACROSS_PX || along < MIN_ALONG_PX) return null;
  const placePx = Math.floor(across / PROFILE_PLACES);
  const segments = segmentProfiles(image, axis, placePx);
  const places = Math.floor(across / placePx);
  const profile = smooth(medianProfile(segments, places), Math.max(1, Math.round(places / 256)));
  const background = quantile(profile, 0.25);
  const peak = quantile(profile, 0.98);
  // one grey level is added, so that black pictures have no infinite contrast
  if ((peak + 1) / (background + 1) < MIN_CONTRAST) return null;
  const core = strongestRun(profile, background + EDGE_LEVEL * (peak - background), Math.round(places * MAX_GAP_SHARE));
  const share = (core.end - core.start) / places;
  if (share < MIN_BAND_SHARE || share > MAX_BAND_SHARE || segmentShare(segments, core) < MIN_SEGMENT_SHARE) return null;
  const margin = Math.round(across * MARGIN_SHARE);
  return { start: Math.max(0, core.start * placePx - margin), end: Math.min(across, core.end * placePx + margin) };
}

/** Mean grey (0…255) across the rail, in places of `placePx` pixels, for each segment along it, from at most 512 lines. */
function segmentProfiles(image: DecodedImage, axis: Axis, placePx: number): Float32Array[] {
  const { data, width, height, channels } = image;
  const [across, along] = axis === 'x' ? [width, height] : [height, width];
  const [acrossStep, alongStep] = axis === 'x' ? [channels, width * channels] : [width * channels, channels];
  const places = Math.floor(across / placePx);
  const lines = Math.ceil(Math.min(MAX_SAMPLED_LINES, along) / SEGMENTS);
  const factor = (image.bitDepth === 16 ? 1 / 257 : 1) / (lines * placePx);
  // the middle channel of RGB carries most of the brightness
  const firstSample = channels === 3 ? 1 : 0;
  return Array.from({ length: SEGMENTS }, (_, segment) => {
    const means = new Float32Array(places);
    for (let line = 0; line < lines; line++) {
      let at = Math.floor(((segment + line / lines) * along) / SEGMENTS) * alongStep + firstSample;
      for (let place = 0; place < places; place++) {
        let sum = 0;
        for (let pixel = 0; pixel < placePx; pixel++, at += acrossStep) sum += data[at] as number;
        means[place] = (means[place] as number) + sum * factor;
      }
    }
    return means;
  });
}

function medianProfile(segments: readonly Float32Array[], places: number): Float32Array {
  const values = new Float32Array(segments.length);
  const medians = new Float32Array(places);
  for (let place = 0; place < places; place++) {
    for (let s = 0; s < values.length; s++) values[s] = segments[s]?.[place] ?? 0;
    values.sort();
    medians[place] = values[(values.length - 1) >> 1] ?? 0;
  }
  return medians;
}

/** Mean over `2 × radius + 1` places, fewer at the ends. */
function smooth(profile: Float32Array, radius: number): Float32Array {
  return profile.map((_, i) => {
    const from = Math.max(0, i - radius);
    const to = Math.min(profile.length, i + radius + 1);
    let sum = 0;
    for (let j = from; j < to; j++) sum += profile[j] ?? 0;
    return sum / (to - from);
  });
}

function quantile(values: Float32Array, share: number): number {
  return values.slice().sort()[Math.floor(share * (values.length - 1))] ?? 0;
}

/** The run at or above `level`, over gaps up to `maxGap`, that holds most light above the level. */
function strongestRun(profile: Float32Array, level: number, maxGap: number): { start: number; end: number } {
  let best = { start: 0, end: 0, light: -1 };
  let run: typeof best | null = null;
  profile.forEach((value, i) => {
    if (value < level) return;
    if (!run || i - run.end > maxGap) run = { start: i, end: i, light: 0 };
    run.end = i + 1;
    run.light += value - level;
    if (run.light > best.light) best = run;
  });
  return best;
}

function segmentShare(segments: readonly Float32Array[], core: { start: number; end: number }): number {
  const clear = segments.filter((segment) => {
    const inside = quantile(segment.subarray(core.start, core.end), 0.5);
    const outside = quantile(Float32Array.from([...segment.subarray(0, core.start), ...segment.subarray(core.end)]), 0.5);
    return inside + 1 >= 2 * (outside + 1);
  });
  return clear.length / segments.length;
}
