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

export const taskSchema = z.enum(['semantic', 'instance', 'salient']);
export type Task = z.infer<typeof taskSchema>;

const datasetSchema = z.object({ dataset: z.string(), images: z.int().nonnegative(), note: z.string().optional() });
const pixelMetricsSchema = datasetSchema.extend({ pa: z.number(), mIoU: z.number(), mDice: z.number() });
/** COCO average precision, means over IoU 0.50…0.95, and at IoU 0.50 */
const instanceMetricsSchema = datasetSchema.extend({
  boxAp: z.number(),
  boxAp50: z.number(),
  maskAp: z.number(),
  maskAp50: z.number(),
});
const metricsSchema = z.union([pixelMetricsSchema, instanceMetricsSchema]);
export type ModelMetrics = z.infer<typeof metricsSchema>;

const probabilityOutputSchema = z.object({
  kind: z.literal('probability'),
  name: z.string(),
  channels: z.int().positive(),
});
export type ProbabilityOutput = z.infer<typeof probabilityOutputSchema>;

/**
 * Candidates of a detector and what their masks are blended from. By name, each with the batch first:
 * boxes [N, 4] as left, top, right, bottom in input pixels; scores [N] before the square root, 0…1; classes [N], indices
 * into the manifest's `classes`; attentions [N, basisCount × attentionSide²]; bases [basisCount, height, width of the
 * input ÷ basisStride]. N is the network's own.
 */
const instanceOutputSchema = z.object({
  kind: z.literal('instances'),
  boxes: z.string(),
  scores: z.string(),
  classes: z.string(),
  attentions: z.string(),
  bases: z.string(),
  basisCount: z.int().positive(),
  attentionSide: z.int().positive(),
  /** an instance's mask is blended on a grid of this many bins a side, then drawn into its box */
  roiSide: z.int().positive(),
  basisStride: z.int().positive(),
});
export type InstanceOutput = z.infer<typeof instanceOutputSchema>;

const instanceThresholdsSchema = z.object({
  /** candidates at or below are dropped; as the network says it, before the square root */
  preScore: z.number().min(0).max(1),
  /** instances below are not shown; on the scale of results, the square root of the network's score */
  score: z.number().min(0).max(1),
  /** of two boxes of one class that overlap more than this, the one with the lower score is dropped */
  nmsIou: z.number().min(0).max(1),
  /** most instances of one run of the network */
  maximumInstances: z.int().positive(),
});
export type InstanceThresholds = z.infer<typeof instanceThresholdsSchema>;

/** What a result was made from, which decides what its threshold means: pixels' probabilities, or scores of instances. */
export const resultKindSchema = z.enum(['probability', 'instances']);
export type ResultKind = z.infer<typeof resultKindSchema>;

/** A model of the catalog: everything the pipeline must know; adding a model is adding a folder. */
export const modelManifestSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.object({ zh: z.string(), en: z.string() }),
  architecture: z.string(),
  parameters: z.int().positive(),
  task: taskSchema,
  component: componentKindSchema,
  /** index in the output channels, or a detection's class index → defect class; a one-channel output has one entry */
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
    /**
     * Side of the square of source pixels that is scaled to the input size. For a network of instances: pictures up to
     * this long are run whole, longer ones in tiles of the input's proportions and this longer side; aspect is kept.
     */
    sourceTilePx: z.int().positive(),
    overlapPx: z.int().nonnegative(),
    /** look for the rail band in line-scan pictures */
    railBand: z.boolean(),
  }),
  output: z.discriminatedUnion('kind', [probabilityOutputSchema, instanceOutputSchema]),
  thresholds: z.object({
    /** pixels at or above are defect, 0…1; for instances: pixels of an instance's own mask */
    probability: z.number().min(0).max(1),
    /** components with fewer source pixels are dropped */
    minimumAreaPx: z.int().nonnegative(),
    /** triage: below `clear` no defect, at or above `defect` surely one, between them doubtful; instance scores 0…1 */
    triage: z.object({ clear: z.number(), defect: z.number() }),
    /** exactly where the output is instances */
    instances: instanceThresholdsSchema.optional(),
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

/** A manifest of a network that gives one probability map. */
export type ProbabilityManifest = ModelManifest & { output: ProbabilityOutput };
/** A manifest of a network that detects instances. */
export type InstanceManifest = ModelManifest & { output: InstanceOutput; thresholds: { instances: InstanceThresholds } };

export function isProbabilityManifest(manifest: ModelManifest): manifest is ProbabilityManifest {
  return manifest.output.kind === 'probability';
}

export function isInstanceManifest(manifest: ModelManifest): manifest is InstanceManifest {
  return manifest.output.kind === 'instances' && manifest.thresholds.instances !== undefined;
}

/** The threshold that inspectors move: of probabilities, or of the scores of instances. */
export function movedThreshold({ thresholds }: ModelManifest): number {
  return thresholds.instances?.score ?? thresholds.probability;
}

/** A catalog entry as the window lists it; an unusable one says why and stays listed. */
export const modelSummarySchema = z.object({
  id: z.string(),
  name: z.object({ zh: z.string(), en: z.string() }),
  architecture: z.string(),
  task: taskSchema,
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

/** Which backend a choice other than `auto` means. */
export const backendOfChoice: Readonly<Record<Exclude<DeviceChoice, 'auto'>, BackendId>> = {
  cpu: 'ort-cpu',
  cuda: 'ort-cuda',
  ascend: 'ascend-acl',
  remote: 'open-inference',
};

/**
 * What `auto` tries, best first. An Ascend host has no CUDA and the reverse, so their order only says that either is
 * better than the processor. Servers and the simulator are never chosen automatically.
 */
export const automaticBackends: readonly BackendId[] = ['ort-cuda', 'ascend-acl', 'ort-cpu'];
