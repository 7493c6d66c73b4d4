import { z } from 'zod';
import { componentKindSchema } from './defect-classes';

export const precisionSchema = z.enum(['fp32', 'fp16', 'int8', 'om']);
export type Precision = z.infer<typeof precisionSchema>;

export const backendIds = ['ort-cpu', 'ort-cuda', 'ascend-acl', 'open-inference', 'acl-sim'] as const;
export const backendIdSchema = z.enum(backendIds);
export type BackendId = z.infer<typeof backendIdSchema>;

/** What weights of a precision may differ from the fp32 ones by. */
export const toleranceSchema = z.object({
  /** of any element of a probability output; null = not limited */
  maxAbs: z.number().positive().nullable(),
  /** of the binarised masks, 0…1 */
  minDice: z.number().min(0).max(1),
});
export type Tolerance = z.infer<typeof toleranceSchema>;

const weightFileSchema = z.object({
  precision: precisionSchema,
  /** file name inside the model's folder; never a path */
  file: z.string().regex(/^[\w.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type WeightFile = z.infer<typeof weightFileSchema>;

const metricsSchema = z.object({
  dataset: z.string(),
  images: z.int().nonnegative(),
  pa: z.number(),
  mIoU: z.number(),
  mDice: z.number(),
  note: z.string().optional(),
});

/** A model of the catalog: everything the pipeline must know; adding a model is adding a folder. */
export const modelManifestSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.object({ zh: z.string(), en: z.string() }),
  architecture: z.string(),
  parameters: z.int().positive(),
  task: z.enum(['semantic', 'instance', 'salient']),
  component: componentKindSchema,
  /** index in the output channels → defect class; a one-channel output has one entry */
  classes: z.array(z.object({ code: z.string() })).min(1),
  input: z.object({
    name: z.string(),
    width: z.int().positive(),
    height: z.int().positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
    /** network values = (sample / maximum of the bit depth − mean) / std, per channel */
    mean: z.array(z.number()).min(1),
    std: z.array(z.number().positive()).min(1),
    batch: z.object({ dynamic: z.boolean(), preferred: z.int().min(1), maximum: z.int().min(1) }),
  }),
  tiling: z.object({
    /** side of the square of source pixels that is scaled to the input size */
    sourceTilePx: z.int().positive(),
    overlapPx: z.int().nonnegative(),
    /** look for the rail band in line-scan pictures */
    railBand: z.boolean(),
  }),
  output: z.object({
    name: z.string(),
    kind: z.literal('probability'),
    channels: z.int().positive(),
  }),
  thresholds: z.object({
    /** pixels at or above are defect, 0…1 */
    probability: z.number().min(0).max(1),
    /** components with fewer source pixels are dropped */
    minimumAreaPx: z.int().nonnegative(),
    /** triage: below `clear` no defect, at or above `defect` surely one, between them doubtful; instance scores 0…1 */
    triage: z.object({ clear: z.number(), defect: z.number() }),
  }),
  weights: z.array(weightFileSchema).min(1),
  /** what a precision may differ from fp32 by; the defaults are in shared/measure/comparison */
  tolerances: z.partialRecord(precisionSchema, toleranceSchema).optional(),
  licence: z.string(),
  trainingData: z.array(z.string()),
  metrics: z.array(metricsSchema),
  notes: z.string().optional(),
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;

/** A catalog entry as the window lists it; an unusable one says why and stays listed. */
export const modelSummarySchema = z.object({
  id: z.string(),
  name: z.object({ zh: z.string(), en: z.string() }),
  architecture: z.string(),
  component: componentKindSchema,
  parameters: z.number(),
  precisions: z.array(precisionSchema),
  threshold: z.number(),
  minimumAreaPx: z.int(),
  triage: z.object({ clear: z.number(), defect: z.number() }),
  metrics: z.array(metricsSchema),
  licence: z.string(),
  error: z.string().nullable(),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** What computed a result; stored with every result and shown in the window and the report. */
export const engineSchema = z.object({
  modelId: z.string(),
  modelSha256: z.string(),
  backend: backendIdSchema,
  device: z.string(),
  precision: precisionSchema,
});
export type Engine = z.infer<typeof engineSchema>;

export const deviceStateSchema = z.object({
  backend: backendIdSchema,
  available: z.boolean(),
  device: z.string(),
  /** why it is not available, or what limits it; English, technical */
  reason: z.string().nullable(),
  threads: z.int().nullable(),
});
export type DeviceState = z.infer<typeof deviceStateSchema>;

export const deviceChoiceSchema = z.enum(['auto', 'cpu', 'cuda', 'ascend', 'remote']);
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>;
