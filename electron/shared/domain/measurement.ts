/** What measuring an engine asks for and gives: speed of one setting, and agreement of two settings on one picture. */
import type { DeviceChoice, Engine, Precision, Tolerance } from './model';

/** How a session is to be opened; what is left open (`null`, 0) is chosen as an inspection would choose it. */
export interface EngineWish {
  device: DeviceChoice;
  precision: Precision | null;
  /** 0 = chosen from the machine */
  threads: number;
  /** tiles per run; 0 = the backend's */
  batch: number;
}

/** The speed of one setting, measured in a process of its own. */
export interface Speed {
  engine: Engine;
  threads: number;
  batch: number;
  loadMs: number;
  /** the first run, which allocates and chooses kernels */
  firstRunMs: number;
  /** one entry per timed run of `batch` tiles */
  runsMs: number[];
  /** largest resident memory of the process so far, bytes */
  peakMemoryBytes: number;
}

/** Sums over the elements of one output tensor, such that pictures can be added up. */
export interface TensorTotals {
  name: string;
  elements: number;
  sumAbs: number;
  maxAbs: number;
  /** elements whose reference is beyond 1e-3 in size: only they have a relative difference */
  compared: number;
  sumRel: number;
  maxRel: number;
  /** of the compared ones, those that differ by more than 1 % */
  beyondOnePercent: number;
  /** NaN or infinite values of the candidate where the reference has a number */
  notFinite: number;
  /** tiles on which the candidate gives one single value and the reference does not */
  blankTiles: number;
}

/** Two settings on the same tiles of one picture. */
export interface Comparison {
  reference: Engine;
  candidate: Engine;
  tiles: number;
  tensors: TensorTotals[];
  /** name of the output that `tolerance.maxAbs` applies to; null = none holds probabilities of pixels */
  probability: string | null;
  /** what the model allows a candidate of this precision */
  tolerance: Tolerance;
  mask: { bothPx: number; referencePx: number; candidatePx: number };
  /** an instance is matched where one of the same class covers it with a box IoU of at least 0.5 */
  instances: { reference: number; candidate: number; matched: number };
}
