import type { DisplayStretch } from '#shared/domain/editor';

/** The largest sample value of a bit depth. */
export function maximumSample(bitDepth: 8 | 16): number {
  return bitDepth === 8 ? 255 : 65_535;
}

/**
 * Window/level as a table: samples at or below `low` are black, at or above `high` white; between them the linear value t
 * becomes t^(1/gamma), so a gamma above 1 lifts the shadows.
 * @returns one display value 0…255 per sample value of the bit depth
 */
export function stretchTable(stretch: DisplayStretch, bitDepth: 8 | 16): Uint8Array {
  const table = new Uint8Array(maximumSample(bitDepth) + 1);
  const span = Math.max(1e-6, stretch.high - stretch.low);
  const exponent = 1 / stretch.gamma;
  for (let sample = 0; sample < table.length; sample++) {
    const linear = Math.min(1, Math.max(0, (sample - stretch.low) / span));
    const value = Math.round(255 * (exponent === 1 ? linear : linear ** exponent));
    table[sample] = stretch.invert ? 255 - value : value;
  }
  return table;
}

/**
 * Samples to opaque RGBA.
 * @param samples row-major, 1 or 3 interleaved channels
 * @param out one 32-bit pixel each (little endian ABGR)
 */
export function stretchSamples(samples: Uint8Array | Uint16Array, channels: 1 | 3, table: Uint8Array, out: Uint32Array): void {
  if (channels === 1) {
    for (let i = 0; i < out.length; i++) {
      const value = table[samples[i] ?? 0] ?? 0;
      out[i] = 0xff000000 | (value << 16) | (value << 8) | value;
    }
    return;
  }
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    const red = table[samples[at] ?? 0] ?? 0;
    const green = table[samples[at + 1] ?? 0] ?? 0;
    const blue = table[samples[at + 2] ?? 0] ?? 0;
    out[i] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
}

/** Probabilities to RGBA: `colour` where the sample is at least `threshold` (0…1), transparent elsewhere. */
export function thresholdSamples(samples: Uint8Array | Uint16Array, threshold: number, colour: number, out: Uint32Array): void {
  const least = Math.max(1, Math.ceil(threshold * 255));
  for (let i = 0; i < out.length; i++) out[i] = (samples[i] ?? 0) >= least ? colour : 0;
}
