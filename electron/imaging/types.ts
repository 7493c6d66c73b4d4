import type { DisplayStretch } from '#shared/domain/editor';
import type { ImageHeader } from '#shared/domain/image';

/** A picture in memory. */
export interface DecodedImage {
  /** what the file says; `channels` and `bitDepth` there may differ from the decoded ones when the caller asked for grey */
  readonly header: ImageHeader;
  /** row-major, interleaved; `width * height * channels` samples. Uint16Array where `bitDepth` is 16 */
  readonly data: Uint8Array | Uint16Array;
  /** after EXIF orientation */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly bitDepth: 8 | 16;
}

/** An image file below a folder. */
export interface FoundImage {
  /** below the folder that was walked, with `/` between the parts on every system */
  readonly relativePath: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Samples of one display tile, row-major, interleaved; 16 bit little endian. */
export interface RawPixelTile {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly bitDepth: 8 | 16;
  readonly bytes: Uint8Array;
}

/** Window and gamma of a display mapping, in DN of the picture's bit depth. */
export type StretchOptions = DisplayStretch;

/** The largest sample value of a bit depth. */
export function maxSample(bitDepth: 8 | 16): number {
  return bitDepth === 16 ? 65_535 : 255;
}
