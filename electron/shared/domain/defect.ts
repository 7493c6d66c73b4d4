import { z } from 'zod';
import { boxSchema } from '../geometry/box';
import { maskTileSchema, MAX_LABEL } from '../masks/types';
import { defectGradeSchema } from './defect-classes';

export const defectDecisions = ['unreviewed', 'accepted', 'rejected'] as const;
export const defectDecisionSchema = z.enum(defectDecisions);
export type DefectDecision = z.infer<typeof defectDecisionSchema>;

/** What a network found: one connected component of the thresholded probability map, or one detected instance. */
export const detectedInstanceSchema = z.object({
  /** value of its pixels in the label mask; unique in the image, 1…65535 */
  label: z.int().min(1).max(MAX_LABEL),
  classCode: z.string().min(1),
  /** mean probability over the component's pixels, or the detection's score, 0…1 */
  score: z.number().min(0).max(1),
  box: boxSchema,
  areaPx: z.int().nonnegative(),
});
export type DetectedInstance = z.infer<typeof detectedInstanceSchema>;

/** A defect as the inspector sees it. Its pixels are those of the review mask that carry `label`. */
export const defectSchema = z.object({
  label: z.int().min(1).max(MAX_LABEL),
  classCode: z.string().min(1).max(64),
  grade: defectGradeSchema,
  decision: defectDecisionSchema,
  note: z.string().max(4000),
  origin: z.enum(['model', 'human']),
  /** the model's score, null for a defect drawn by hand */
  score: z.number().min(0).max(1).nullable(),
  box: boxSchema,
  areaPx: z.int().nonnegative(),
});
export type Defect = z.infer<typeof defectSchema>;

/** A label mask with what its labels mean. */
export const maskLayerSchema = z.object({ tiles: z.array(maskTileSchema), defects: z.array(defectSchema) });
export type MaskLayer = z.infer<typeof maskLayerSchema>;
