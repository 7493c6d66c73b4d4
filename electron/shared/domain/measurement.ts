/** What measuring an engine asks for and gives: speed of one setting, and agreement of two settings on one picture. */
import { z } from 'zod';
import { deviceChoiceSchema, engineSchema, precisionSchema, toleranceSchema } from './model';

/** How a session is to be opened; what is left open (`null`, 0) is chosen as an inspection would choose it. */
export const engineWishSchema = z.object({
  device: deviceChoiceSchema,
  precision: precisionSchema.nullable(),
  /** 0 = chosen from the machine */
  threads: z.int().min(0).max(1024),
  /** tiles per run; 0 = the backend's */
  batch: z.int().min(0).max(1024),
});
export type EngineWish = z.infer<typeof engineWishSchema>;

export const openWish: EngineWish = { device: 'auto', precision: null, threads: 0, batch: 0 };

/** The speed of one setting, measured in a process of its own. */
export const speedSchema = z.object({
  engine: engineSchema,
  threads: z.int(),
  batch: z.int().min(1),
  loadMs: z.number(),
  /** the first run, which allocates and chooses kernels */
  firstRunMs: z.number(),
  /** one entry per timed run of `batch` tiles */
  runsMs: z.array(z.number()),
  /** largest resident memory of the process so far, bytes */
  peakMemoryBytes: z.number(),
});
export type Speed = z.infer<typeof speedSchema>;

/** Sums over the elements of one output tensor, such that pictures can be added up. */
export const tensorTotalsSchema = z.object({
  name: z.string(),
  elements: z.number(),
  sumAbs: z.number(),
  maxAbs: z.number(),
  /** elements whose reference is beyond 1e-3 in size: only they have a relative difference */
  compared: z.number(),
  sumRel: z.number(),
  maxRel: z.number(),
  /** of the compared ones, those that differ by more than 1 % */
  beyondOnePercent: z.number(),
  /** NaN or infinite values of the candidate where the reference has a number */
  notFinite: z.number(),
  /** tiles on which the candidate gives one single value and the reference does not */
  blankTiles: z.number(),
});
export type TensorTotals = z.infer<typeof tensorTotalsSchema>;

/** Two settings on the same tiles of one picture. */
export const comparisonSchema = z.object({
  reference: engineSchema,
  candidate: engineSchema,
  tiles: z.int(),
  tensors: z.array(tensorTotalsSchema),
  /** name of the output that `tolerance.maxAbs` applies to; null = none holds probabilities of pixels */
  probability: z.string().nullable(),
  /** what the model allows a candidate of this precision */
  tolerance: toleranceSchema,
  mask: z.object({ bothPx: z.number(), referencePx: z.number(), candidatePx: z.number() }),
  /** an instance is matched where one of the same class covers it with a box IoU of at least 0.5 */
  instances: z.object({ reference: z.number(), candidate: z.number(), matched: z.number() }),
});
export type Comparison = z.infer<typeof comparisonSchema>;
