import type { DecodedImage } from '#imaging';
import type { ModelManifest } from '#shared/domain/model';
import { triangleResampler, type Resampler } from './resample';
import { tileSidePx } from './tiling';

type InputSpec = Pick<ModelManifest['input'], 'width' | 'height' | 'channels' | 'mean' | 'std'>;

/**
 * Cuts a square of source pixels out of a picture, scales it to the network's input and normalises it. Tables and
 * buffers are made once; one instance serves one thread.
 */
export class TilePreprocessor {
  /** floats of one tile */
  readonly tileLength: number;
  /** for tiles of `across.sourceLength` pixels: made anew when a picture of another size is smaller than a tile */
  private across: Resampler;
  private down: Resampler;
  private readonly narrowed: Float32Array;
  private readonly plane: Float32Array;

  constructor(
    private readonly input: InputSpec,
    private readonly sourceTilePx: number,
  ) {
    this.tileLength = input.channels * input.height * input.width;
    this.across = triangleResampler(sourceTilePx, input.width);
    this.down = triangleResampler(sourceTilePx, input.height);
    this.narrowed = new Float32Array(sourceTilePx * input.width);
    this.plane = new Float32Array(input.width * input.height);
  }

  /**
   * @param image grey, or RGB for a network with three channels; a tile that hangs over its edge repeats the edge pixels
   * @param left left edge of the tile in picture pixels, inside the picture; `top` likewise
   * @param out receives channels × height × width floats from `offset` on
   */
  write(image: DecodedImage, left: number, top: number, out: Float32Array, offset: number): void {
    const { channels } = this.input;
    const planeLength = this.plane.length;
    this.setSide(tileSidePx(image, this.sourceTilePx));
    for (let channel = 0; channel < channels; channel++) {
      if (channel < image.channels) this.resample(image, left, top, channel);
      this.normalise(image.bitDepth, channel, out, offset + channel * planeLength);
    }
  }

  private setSide(sidePx: number): void {
    if (sidePx === this.across.sourceLength) return;
    this.across = triangleResampler(sidePx, this.input.width);
    this.down = triangleResampler(sidePx, this.input.height);
  }

  /** Fills `plane` with the scaled samples of one channel. */
  private resample(image: DecodedImage, left: number, top: number, channel: number): void {
    const rows = Math.min(this.across.sourceLength, image.height - top);
    this.narrow(image, left, top, rows, channel);
    this.shorten(rows);
  }

  private narrow(image: DecodedImage, left: number, top: number, rows: number, channel: number): void {
    const { taps, weights, targetLength } = this.across;
    const { data, width, channels } = image;
    const columns = clampedIndices(this.across, Math.min(this.across.sourceLength, width - left), channels);
    const { narrowed } = this;
    for (let row = 0; row < rows; row++) {
      const from = ((top + row) * width + left) * channels + channel;
      const to = row * targetLength;
      let at = 0;
      for (let x = 0; x < targetLength; x++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++, at++) sum += (weights[at] as number) * (data[from + (columns[at] as number)] as number);
        narrowed[to + x] = sum;
      }
    }
  }

  private shorten(rows: number): void {
    const { taps, weights, targetLength } = this.down;
    const { width } = this.input;
    const sources = clampedIndices(this.down, rows, width);
    const { narrowed, plane } = this;
    for (let y = 0; y < targetLength; y++) {
      const to = y * width;
      plane.fill(0, to, to + width);
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[y * taps + tap] as number;
        if (weight === 0) continue;
        const from = sources[y * taps + tap] as number;
        for (let x = 0; x < width; x++) plane[to + x] = (plane[to + x] as number) + weight * (narrowed[from + x] as number);
      }
    }
  }

  private normalise(bitDepth: 8 | 16, channel: number, out: Float32Array, offset: number): void {
    const { mean, std } = this.input;
    const deviation = std[channel] ?? std[0] ?? 1;
    const gain = 1 / ((bitDepth === 16 ? 65_535 : 255) * deviation);
    const shift = (mean[channel] ?? mean[0] ?? 0) / deviation;
    const { plane } = this;
    for (let i = 0; i < plane.length; i++) out[offset + i] = (plane[i] as number) * gain - shift;
  }
}

/** Source positions of all taps, times `stride`, cut to the first `length` samples. */
function clampedIndices({ starts, taps, targetLength }: Resampler, length: number, stride: number): Int32Array {
  const indices = new Int32Array(targetLength * taps);
  for (let target = 0; target < targetLength; target++) {
    for (let tap = 0; tap < taps; tap++) {
      indices[target * taps + tap] = Math.min(length - 1, Math.max(0, (starts[target] ?? 0) + tap)) * stride;
    }
  }
  return indices;
}
