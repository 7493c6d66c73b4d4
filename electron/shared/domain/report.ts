import { z } from 'zod';
import { defectSchema } from './defect';
import { errorInfoSchema } from '../errors/codes';
import { engineSchema } from './model';
import { projectSettingsSchema } from './project';
import { reviewStatusSchema } from './image';
import { localeSchema } from './settings';

export const reportOptionsSchema = z.object({
  locale: localeSchema,
  /** which defects get a page */
  defects: z.enum(['accepted', 'not-rejected', 'all']),
  includeCoverageList: z.boolean(),
});
export type ReportOptions = z.infer<typeof reportOptionsSchema>;

export const reportDefectSchema = defectSchema.extend({
  imageId: z.int(),
  relativePath: z.string(),
  imageWidth: z.int(),
  imageHeight: z.int(),
  /** the model's own area under this label, null where the defect was drawn by hand */
  modelAreaPx: z.int().nullable(),
  engine: engineSchema.nullable(),
});
export type ReportDefect = z.infer<typeof reportDefectSchema>;

export const reportCoverageSchema = z.object({
  relativePath: z.string(),
  reviewStatus: reviewStatusSchema,
  inferred: z.boolean(),
  defects: z.int(),
  error: errorInfoSchema.nullable(),
});
export type ReportCoverage = z.infer<typeof reportCoverageSchema>;

export const reportDataSchema = z.object({
  projectName: z.string(),
  folder: z.string(),
  createdAtMs: z.number(),
  appVersion: z.string(),
  options: reportOptionsSchema,
  settings: projectSettingsSchema,
  counts: z.object({ images: z.int(), inferred: z.int(), reviewed: z.int(), unreadable: z.int(), withDefects: z.int() }),
  engines: z.array(engineSchema),
  meanSecondsPerImage: z.number().nullable(),
  defects: z.array(reportDefectSchema),
  coverage: z.array(reportCoverageSchema),
});
export type ReportData = z.infer<typeof reportDataSchema>;
