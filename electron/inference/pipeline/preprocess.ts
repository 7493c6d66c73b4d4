import type { DecodedImage } from '#imaging';
import type { ModelManifest } from '#shared/domain/model';
import type { InputWindow } from './output-pass';
import { triangleResampler, type Resampler } from './resample';

type InputSpec = Pick<ModelManifest['input'], 'width' | 'height' | 'channels' | 'mean' | 'std'>;

/** What fills the input beside a window that has other proportions: mid grey, before normalisation. */
const PADDING = 0.5;

/**
 * Cuts a window of source pixels out of a picture, scales it into the network's input and normalises it. Tables and
 * buffers are kept from call to call; one instance serves one thread.
 */
export class TilePreprocessor {
  /** floats of one tile */
  readonly tileLength: number;
  /** for windows of these lengths: made anew when one of another size comes */
  private across: Resampler;
  private down: Resampler;
  private narrowed: Float32Array;
  private readonly plane: Float32Array;

  constructor(private readonly input: InputSpec) {
    this.tileLength = input.channels * input.height * input.width;
    this.across = triangleResampler(input.width, input.width);
    this.down = triangleResampler(input.height, input.height);
    this.narrowed = new Float32Array(0);
    this.plane = new Float32Array(input.width * input.height);
  }

  /**
   * @param image grey, or RGB for a network with three channels
   * @param window its top left corner is inside the picture
   * @param out receives channels × height × width floats from `offset` on
   */
  write(image: DecodedImage, window: InputWindow, out: Float32Array, offset: number): void {
    const { channels, width, height } = this.input;
    const planeLength = this.plane.length;
    this.fit(window);
    if (window.targetWidth < width || window.targetHeight < height) this.plane.fill(PADDING * maximumSample(image.bitDepth));
    for (let channel = 0; channel < channels; channel++) {
      if (channel < image.channels) this.resample(image, window.x, window.y, channel);
      this.normalise(image.bitDepth, channel, out, offset + channel * planeLength);
    }
  }

  private fit(window: InputWindow): void {
    this.across = fitted(this.across, window.width, window.targetWidth);
    this.down = fitted(this.down, window.height, window.targetHeight);
    const length = window.height * window.targetWidth;
    if (this.narrowed.length < length) this.narrowed = new Float32Array(length);
  }

  /** Fills the window's part of `plane` with the scaled samples of one channel. */
  private resample(image: DecodedImage, left: number, top: number, channel: number): void {
    const rows = Math.min(this.down.sourceLength, image.height - top);
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
    const width = this.across.targetLength;
    const sources = clampedIndices(this.down, rows, width);
    const { narrowed, plane } = this;
    for (let y = 0; y < targetLength; y++) {
      const to = y * this.input.width;
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
    const gain = 1 / (maximumSample(bitDepth) * deviation);
    const shift = (mean[channel] ?? mean[0] ?? 0) / deviation;
    const { plane } = this;
    for (let i = 0; i < plane.length; i++) out[offset + i] = (plane[i] as number) * gain - shift;
  }
}

function maximumSample(bitDepth: 8 | 16): number {
  return bitDepth === 16 ? 65_535 : 255;
}

function fitted(known: Resampler, sourceLength: number, targetLength: number): Resampler {
  const fits = known.sourceLength === sourceLength && known.targetLength === targetLength;
  return fits ? known : triangleResampler(sourceLength, targetLength);
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
