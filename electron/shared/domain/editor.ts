import { z } from 'zod';
import { maskTileSchema, MAX_LABEL } from '../masks/types';
import { boxSchema } from '../geometry/box';
import { defectSchema, maskLayerSchema } from './defect';
import { imageRecordSchema, regionSchema, reviewStatusSchema } from './image';
import { engineSchema, resultKindSchema } from './model';

/** Timings of one picture, milliseconds. `run` is the time inside the session. */
export const timingsSchema = z.object({
  decode: z.number(),
  preprocess: z.number(),
  run: z.number(),
  postprocess: z.number(),
  total: z.number(),
});
export type Timings = z.infer<typeof timingsSchema>;

export const inferenceSummarySchema = z.object({
  engine: engineSchema,
  timings: timingsSchema,
  tiles: z.int().nonnegative(),
  /** results stored before there were networks of instances do not say it */
  kind: resultKindSchema.default('probability'),
  threshold: z.number(),
  minimumAreaPx: z.int(),
  finishedAtMs: z.number(),
  /** the part of the picture that the kept map (of probabilities, or of the instances' scores) covers; null where none was kept */
  probabilityBox: boxSchema.nullable(),
});
export type InferenceSummary = z.infer<typeof inferenceSummarySchema>;

/** Everything the canvas and the defect panel need of one picture. */
export const imageDocumentSchema = z.object({
  image: imageRecordSchema,
  /** sha256 of the file, hex; a save names it, so that a mask never lands on another picture */
  contentHash: z.string(),
  /** grows by one with each commit */
  revision: z.int().nonnegative(),
  region: regionSchema,
  /** the threshold that the review mask was made with; null before inference */
  threshold: z.number().nullable(),
  inference: inferenceSummarySchema.nullable(),
  /** what the network said, never edited; null before inference */
  model: maskLayerSchema.nullable(),
  /** what the inspector says */
  review: maskLayerSchema,
});
export type ImageDocument = z.infer<typeof imageDocumentSchema>;

/** One gesture, saved as one transaction. Only what changed is named. */
export const editCommitSchema = z.object({
  imageId: z.int().positive(),
  contentHash: z.string(),
  /** the revision the edit was made on; another one in the database means a stale window → `stale-revision` */
  baseRevision: z.int().nonnegative(),
  /** what the gesture was, for the audit log: 'brush', 'erase', 'class' … */
  action: z.string().max(40),
  /** the tiles after the gesture; empty `runs` = the tile is background now */
  tiles: z.array(maskTileSchema),
  /** new or changed defects, whole */
  defects: z.array(defectSchema),
  removedLabels: z.array(z.int().min(1).max(MAX_LABEL)),
  reviewStatus: reviewStatusSchema.optional(),
  threshold: z.number().min(0).max(1).optional(),
});
export type EditCommit = z.infer<typeof editCommitSchema>;

/** The same as 8-bit linear mapping: DN at or below `low` is black, at or above `high` white, then gamma. */
export const displayStretchSchema = z.object({
  /** in DN of the picture's bit depth */
  low: z.number(),
  high: z.number(),
  gamma: z.number().min(0.1).max(10),
  invert: z.boolean(),
});
export type DisplayStretch = z.infer<typeof displayStretchSchema>;
