/** The mask of an instance from the bases of its picture and its own attentions. */
import type { InstanceOutput } from '#shared/domain/model';
import { triangleResampler, type Resampler } from '../resample';
import type { Corners } from './corners';

export type BlendShape = Pick<InstanceOutput, 'basisCount' | 'attentionSide' | 'roiSide' | 'basisStride'>;

/**
 * Blends one instance at a time; tables and buffers are made once. Per bin of a roiSide × roiSide grid over the box:
 * the bases at the bin's centre (one bilinear sample, edge repeated), weighted by the softmax over the bases of the
 * attentions enlarged bilinearly, summed, and made a probability.
 */
export class InstanceBlender {
  private readonly enlarged: Resampler;
  /** basisCount × roiSide × roiSide attentions of the present instance */
  private readonly weights: Float32Array;
  private readonly widened: Float32Array;
  private readonly columns: SampleTable;
  private readonly rows: SampleTable;

  /** @param bases size of a base: that of the input divided by basisStride */
  constructor(
    private readonly shape: BlendShape,
    private readonly bases: { width: number; height: number },
  ) {
    const { basisCount, attentionSide, roiSide } = shape;
    this.enlarged = triangleResampler(attentionSide, roiSide);
    this.weights = new Float32Array(basisCount * roiSide * roiSide);
    this.widened = new Float32Array(attentionSide * roiSide);
    this.columns = new SampleTable(roiSide);
    this.rows = new SampleTable(roiSide);
  }

  /**
   * @param bases basisCount × height × width
   * @param attention basisCount × attentionSide × attentionSide
   * @param box in input pixels
   * @returns roiSide × roiSide probabilities × 255, rounded; row-major
   */
  blend(bases: Float32Array, attention: Float32Array, box: Corners): Uint8Array {
    const { basisCount, basisStride } = this.shape;
    for (let basis = 0; basis < basisCount; basis++) this.enlarge(attention, basis);
    this.columns.place(box.x0, box.x1, basisStride, this.bases.width);
    this.rows.place(box.y0, box.y1, basisStride, this.bases.height);
    return this.sum(bases);
  }

  /** The attentions of one base, from attentionSide² to roiSide² values. */
  private enlarge(attention: Float32Array, basis: number): void {
    const { attentionSide, roiSide } = this.shape;
    const { taps, starts, weights } = this.enlarged;
    const from = basis * attentionSide * attentionSide;
    for (let y = 0; y < attentionSide; y++) {
      for (let x = 0; x < roiSide; x++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) {
          const at = clamp((starts[x] as number) + tap, attentionSide);
          sum += (weights[x * taps + tap] as number) * (attention[from + y * attentionSide + at] as number);
        }
        this.widened[y * roiSide + x] = sum;
      }
    }
    for (let y = 0; y < roiSide; y++) {
      const to = (basis * roiSide + y) * roiSide;
      this.weights.fill(0, to, to + roiSide);
      for (let tap = 0; tap < taps; tap++) {
        const row = clamp((starts[y] as number) + tap, attentionSide) * roiSide;
        const weight = weights[y * taps + tap] as number;
        for (let x = 0; x < roiSide; x++)
          this.weights[to + x] = (this.weights[to + x] as number) + weight * (this.widened[row + x] as number);
      }
    }
  }

  private sum(bases: Float32Array): Uint8Array {
    const { basisCount, roiSide } = this.shape;
    const { columns, rows, weights } = this;
    const { width, height } = this.bases;
    const plane = roiSide * roiSide;
    const grid = new Uint8Array(plane);
    for (let y = 0; y < roiSide; y++) {
      const upper = (rows.low[y] as number) * width;
      const lower = (rows.high[y] as number) * width;
      const down = rows.share[y] as number;
      for (let x = 0; x < roiSide; x++) {
        const at = y * roiSide + x;
        const left = columns.low[x] as number;
        const right = columns.high[x] as number;
        const across = columns.share[x] as number;
        let most = weights[at] as number;
        for (let basis = 1; basis < basisCount; basis++) most = Math.max(most, weights[basis * plane + at] as number);
        let total = 0;
        let logit = 0;
        for (let basis = 0; basis < basisCount; basis++) {
          const from = basis * height * width;
          const top = bases[from + upper + left] as number;
          const bottom = bases[from + lower + left] as number;
          const topValue = top + across * ((bases[from + upper + right] as number) - top);
          const bottomValue = bottom + across * ((bases[from + lower + right] as number) - bottom);
          const weight = Math.exp((weights[basis * plane + at] as number) - most);
          total += weight;
          logit += weight * (topValue + down * (bottomValue - topValue));
        }
        grid[at] = Math.round(255 / (1 + Math.exp(-logit / total)));
      }
    }
    return grid;
  }
}

/** Where the bins' centres lie between the samples of an axis. */
class SampleTable {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** how far from `low` to `high`, 0…1 */
  readonly share: Float32Array;

  constructor(private readonly bins: number) {
    this.low = new Int32Array(bins);
    this.high = new Int32Array(bins);
    this.share = new Float32Array(bins);
  }

  /** @param start first and `end` last edge of the box in input pixels */
  place(start: number, end: number, stride: number, length: number): void {
    for (let bin = 0; bin < this.bins; bin++) {
      const centre = start + ((bin + 0.5) * (end - start)) / this.bins;
      const at = Math.min(length - 1, Math.max(0, centre / stride - 0.5));
      const low = Math.floor(at);
      this.low[bin] = low;
      this.high[bin] = clamp(low + 1, length);
      this.share[bin] = at - low;
    }
  }
}

function clamp(index: number, length: number): number {
  return index < 0 ? 0 : index >= length ? length - 1 : index;
}
