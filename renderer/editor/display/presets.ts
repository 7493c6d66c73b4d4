import type { DisplayStretch } from '#shared/domain/editor';
import { assertNever } from '#shared/errors/railscope-error';
import type { StretchPreset } from '../editor-api';
import { maximumSample } from './lut';
import { meanSample, percentile } from './statistics';
import type { SampleCounts } from './statistics';

/** Pictures with a mean below this part of their range are too dark to be judged as they are. */
const DARK_MEAN = 0.25;

export function fullStretch(bitDepth: 8 | 16): DisplayStretch {
  return { low: 0, high: maximumSample(bitDepth), gamma: 1, invert: false };
}

export function isDark(counts: SampleCounts, bitDepth: 8 | 16): boolean {
  return meanSample(counts) < DARK_MEAN * maximumSample(bitDepth);
}

/** The stretch of a preset for a picture with these samples; the window is at least 2 DN wide. */
export function presetStretch(preset: StretchPreset, counts: SampleCounts, bitDepth: 8 | 16): DisplayStretch {
  switch (preset) {
    case 'auto':
      return windowed(counts, 0.005, 0.997, 1);
    case 'full':
      return fullStretch(bitDepth);
    case 'dark-rail':
      return windowed(counts, 0.001, 0.97, 1.5);
    case 'bright':
      return windowed(counts, 0.1, 0.9999, 0.7);
    default:
      return assertNever(preset, 'preset');
  }
}

/** What a picture opens with: as it is, or stretched where it is too dark. */
export function openingStretch(counts: SampleCounts, bitDepth: 8 | 16): DisplayStretch {
  return isDark(counts, bitDepth) ? presetStretch('auto', counts, bitDepth) : fullStretch(bitDepth);
}

function windowed(counts: SampleCounts, lowFraction: number, highFraction: number, gamma: number): DisplayStretch {
  const low = percentile(counts, lowFraction);
  return { low, high: Math.max(low + 2, percentile(counts, highFraction)), gamma, invert: false };
}
