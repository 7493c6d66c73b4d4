import { triangleResampler, type Resampler } from './resample';
import { blendWeights, type TilePlan } from './tiling';

/**
 * Blends the network's tiles into one map of the region. Tiles are added in order of their index; only one row of
 * tiles is held as floats, so that memory is bounded on long strips.
 */
export class Stitcher {
  private readonly map: Uint8Array;
  /** sums of the rows from `bandTop` on, relative to the region */
  private readonly band: Float32Array;
  private bandTop = 0;
  private tileRow = 0;
  private readonly columnWeights: readonly Float32Array[];
  private readonly rowWeights: readonly Float32Array[];
  private readonly across: Resampler;
  private readonly down: Resampler;
  private readonly widened: Float32Array;

  /** @param outputWidth size of the network's output, which covers the whole tile */
  constructor(
    private readonly plan: TilePlan,
    private readonly outputWidth: number,
    private readonly outputHeight: number,
  ) {
    const { region, sidePx, columns, rows } = plan;
    this.map = new Uint8Array(region.width * region.height);
    this.band = new Float32Array(region.width * Math.min(region.height, sidePx));
    this.columnWeights = blendWeights(columns, sidePx, region.x, region.width);
    this.rowWeights = blendWeights(rows, sidePx, region.y, region.height);
    this.across = triangleResampler(outputWidth, sidePx);
    this.down = triangleResampler(outputHeight, sidePx);
    this.widened = new Float32Array(outputHeight * sidePx);
  }

  /**
   * @param tile index in the plan; ascending from call to call
   * @param probabilities outputHeight × outputWidth values 0…1; others are cut, NaN counts as 0
   */
  add(tile: number, probabilities: Float32Array): void {
    const { columns, rows, region, sidePx } = this.plan;
    const column = tile % columns.length;
    const row = Math.floor(tile / columns.length);
    if (row !== this.tileRow) {
      this.finishRows(Math.max(0, (rows[row] ?? 0) - region.y));
      this.tileRow = row;
    }
    const left = (columns[column] ?? 0) - region.x;
    const top = (rows[row] ?? 0) - region.y;
    const span = { left, first: Math.max(0, -left), end: Math.min(sidePx, region.width - left) };
    this.widen(probabilities, span, this.columnWeights[column]);
    this.accumulate(span, top, this.rowWeights[row]);
  }

  /** @returns region.width × region.height bytes, row-major: probability × 255, rounded */
  finish(): Uint8Array {
    this.finishRows(this.plan.region.height);
    return this.map;
  }

  /** Enlarges every row to source columns `first` … `end` and applies the weights of the columns. */
  private widen(probabilities: Float32Array, { first, end }: Span, columnWeights: Float32Array | undefined): void {
    if (!columnWeights) return;
    const { across, widened, outputWidth, outputHeight } = this;
    const { sidePx } = this.plan;
    const { taps, starts, weights } = across;
    for (let y = 0; y < outputHeight; y++) {
      const from = y * outputWidth;
      for (let x = first; x < end; x++) {
        const start = starts[x] as number;
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) {
          const weight = weights[x * taps + tap] as number;
          if (weight === 0) continue;
          const at = start + tap;
          sum += weight * unit(probabilities[from + (at < 0 ? 0 : at >= outputWidth ? outputWidth - 1 : at)] as number);
        }
        widened[y * sidePx + x] = sum * (columnWeights[x] as number);
      }
    }
  }

  private accumulate({ left, first, end }: Span, top: number, rowWeights: Float32Array | undefined): void {
    if (!rowWeights) return;
    const { region, sidePx } = this.plan;
    const { band, widened, outputHeight } = this;
    const { taps, starts, weights } = this.down;
    const lastRow = Math.min(sidePx, region.height - top);
    for (let y = Math.max(0, -top); y < lastRow; y++) {
      const to = (top + y - this.bandTop) * region.width + left;
      for (let tap = 0; tap < taps; tap++) {
        const weight = (weights[y * taps + tap] as number) * (rowWeights[y] as number);
        if (weight === 0) continue;
        const from = Math.min(outputHeight - 1, Math.max(0, (starts[y] as number) + tap)) * sidePx;
        for (let x = first; x < end; x++) band[to + x] = (band[to + x] as number) + weight * (widened[from + x] as number);
      }
    }
  }

  /** Rounds the rows above `end` (relative to the region) into the map and moves the band down. */
  private finishRows(end: number): void {
    const { width } = this.plan.region;
    const length = (end - this.bandTop) * width;
    const to = this.bandTop * width;
    for (let i = 0; i < length; i++) this.map[to + i] = Math.round(255 * unit(this.band[i] as number));
    this.band.copyWithin(0, length);
    this.band.fill(0, this.band.length - length);
    this.bandTop = end;
  }
}

interface Span {
  /** left edge of the tile relative to the region, may be negative */
  left: number;
  /** the columns of the tile that lie in the region */
  first: number;
  end: number;
}

function unit(value: number): number {
  return value > 0 ? (value < 1 ? value : 1) : 0;
}
