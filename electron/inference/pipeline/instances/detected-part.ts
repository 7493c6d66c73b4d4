import type { Corners } from './corners';

/** What one run of the network saw of an instance. */
export interface InstancePart {
  /** in picture pixels */
  readonly box: Corners;
  /** roiSide × roiSide probabilities × 255 over the box, row-major */
  readonly grid: Uint8Array;
}

/** An instance of the picture. Several parts where no tile showed it whole. */
export interface FoundInstance {
  readonly classCode: string;
  /** 0…1, the square root of the network's score; the best one of its parts */
  readonly score: number;
  readonly parts: readonly InstancePart[];
}
