import type { DisplayStretch } from '#shared/domain/editor';
import type { Histogram, StretchPreset } from '../editor-api';
import type { EditorCore } from '../session/editor-core';
import { fullStretch, openingStretch, presetStretch } from './presets';
import { maximumSample } from './lut';
import { countSamples, histogramBars, percentile } from './statistics';
import type { SampleCounts } from './statistics';

const BARS = 96;
const LEAST_GAMMA = 0.1;
const MOST_GAMMA = 10;

/** Window, level and gamma of the open picture. A preset is worked out anew for every picture, a hand-made stretch is kept. */
export class DisplayControl {
  private counts: SampleCounts | null = null;
  private bitDepth: 8 | 16 = 8;

  constructor(private readonly core: EditorCore) {
    core.onDocument(() => this.adoptPicture());
  }

  set(change: Partial<DisplayStretch>): void {
    const next = { ...this.core.store.getState().stretch, ...change };
    const gamma = Math.min(MOST_GAMMA, Math.max(LEAST_GAMMA, next.gamma));
    const low = Math.min(maximumSample(this.bitDepth) - 1, Math.max(0, Math.round(next.low)));
    const high = Math.min(maximumSample(this.bitDepth), Math.max(low + 1, Math.round(next.high)));
    this.core.store.setState({ stretch: { low, high, gamma, invert: next.invert }, stretchMode: 'manual' });
  }

  applyPreset(preset: StretchPreset): void {
    const stretch = this.counts ? presetStretch(preset, this.counts, this.bitDepth) : fullStretch(this.bitDepth);
    this.core.store.setState({ stretch, stretchMode: preset });
  }

  /** After a picture was opened or its region moved. */
  private adoptPicture(): void {
    const { document, stretch, stretchMode } = this.core.store.getState();
    const header = document?.image.header;
    if (!header) return;
    const sameDepth = header.bitDepth === this.bitDepth;
    this.bitDepth = header.bitDepth;
    this.counts = this.countRegion();
    const histogram = this.counts && histogramOf(this.counts, this.bitDepth);
    this.core.store.setState({ histogram, ...this.stretchFor(stretchMode === 'manual' && !sameDepth ? 'opening' : stretchMode, stretch) });
  }

  private stretchFor(
    mode: 'opening' | 'manual' | StretchPreset,
    present: DisplayStretch,
  ): { stretch: DisplayStretch; stretchMode: typeof mode } {
    if (mode === 'manual') return { stretch: present, stretchMode: mode };
    if (!this.counts) return { stretch: fullStretch(this.bitDepth), stretchMode: mode };
    const stretch = mode === 'opening' ? openingStretch(this.counts, this.bitDepth) : presetStretch(mode, this.counts, this.bitDepth);
    return { stretch, stretchMode: mode };
  }

  private countRegion(): SampleCounts | null {
    const { overview, store } = this.core;
    const { document } = store.getState();
    const header = document?.image.header;
    if (!overview || !header) return null;
    const { box } = document.region;
    const scale = overview.width / header.width;
    const part = box && {
      x: Math.floor(box.x * scale),
      y: Math.floor(box.y * scale),
      width: Math.max(1, Math.floor(box.width * scale)),
      height: Math.max(1, Math.floor(box.height * scale)),
    };
    return countSamples(overview, part);
  }
}

/** Bars up to a little above the brightest samples, so that dark pictures fill the diagram. */
function histogramOf(counts: SampleCounts, bitDepth: 8 | 16): Histogram {
  const toDn = Math.min(maximumSample(bitDepth) + 1, Math.ceil(percentile(counts, 0.9999) * 1.25) + 16);
  return { bars: histogramBars(counts, BARS, 0, toDn), toDn };
}
