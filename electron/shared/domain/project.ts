import { z } from 'zod';
import { errorInfoSchema } from '../errors/codes';

/** mm per pixel on each axis; `source` says where the scale comes from (typed, rail-head width, encoder pitch). */
export const calibrationSchema = z.object({
  mmPerPxX: z.number().positive(),
  mmPerPxY: z.number().positive(),
  source: z.string().max(200),
});
export type Calibration = z.infer<typeof calibrationSchema>;

export const inspectionSchema = z.object({
  runName: z.string().max(200),
  line: z.string().max(200),
  direction: z.enum(['', 'up', 'down']),
  track: z.string().max(200),
  railSide: z.enum(['', 'left', 'right']),
  inspector: z.string().max(200),
  organisation: z.string().max(200),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export const projectSettingsSchema = z.object({ inspection: inspectionSchema, calibration: calibrationSchema.nullable() });
export type ProjectSettings = z.infer<typeof projectSettingsSchema>;

export const projectInfoSchema = z.object({
  /** the folder of pictures */
  folder: z.string(),
  name: z.string(),
  /** where the database is: <folder>/.railscope, or the user's data folder */
  dataFolder: z.string(),
  readOnly: z.boolean(),
  /** things the inspector must know, each an error with its remedy: folder read-only, opened twice, restored backup … */
  notices: z.array(errorInfoSchema),
  settings: projectSettingsSchema,
});
export type ProjectInfo = z.infer<typeof projectInfoSchema>;

export const projectCountsSchema = z.object({
  images: z.int(),
  unreadable: z.int(),
  inferred: z.int(),
  reviewed: z.int(),
  defects: z.int(),
  scanning: z.boolean(),
});
export type ProjectCounts = z.infer<typeof projectCountsSchema>;

export const recentProjectSchema = z.object({
  folder: z.string(),
  name: z.string(),
  line: z.string(),
  images: z.int(),
  reviewed: z.int(),
  openedAtMs: z.number(),
  exists: z.boolean(),
});
export type RecentProject = z.infer<typeof recentProjectSchema>;
