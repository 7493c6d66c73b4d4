import { z } from 'zod';
import { errorInfoSchema } from '../errors/codes';
import { boxSchema } from '../geometry/box';

export const imageFormats = ['jpeg', 'png', 'bmp', 'tiff'] as const;
export const imageFormatSchema = z.enum(imageFormats);
export type ImageFormat = z.infer<typeof imageFormatSchema>;

/** What the file header says; width and height are after EXIF orientation. */
export const imageHeaderSchema = z.object({
  format: imageFormatSchema,
  width: z.int().positive(),
  height: z.int().positive(),
  /** samples as decoded for inference and display: 1 = grey, 3 = RGB (alpha dropped, palette and CMYK converted) */
  channels: z.union([z.literal(1), z.literal(3)]),
  bitDepth: z.union([z.literal(8), z.literal(16)]),
});
export type ImageHeader = z.infer<typeof imageHeaderSchema>;

export const reviewStatuses = ['unreviewed', 'in-progress', 'accepted', 'rejected', 'second-look'] as const;
export const reviewStatusSchema = z.enum(reviewStatuses);
export type ReviewStatus = z.infer<typeof reviewStatusSchema>;

/** Which part of a picture the network looks at. `auto` = the rail band found in line-scan pictures. */
export const regionModeSchema = z.enum(['auto', 'full', 'manual']);
export type RegionMode = z.infer<typeof regionModeSchema>;

export const inferenceStateSchema = z.enum(['none', 'queued', 'running', 'done', 'failed']);
export type InferenceState = z.infer<typeof inferenceStateSchema>;

/** One row of the image list. */
export const imageRecordSchema = z.object({
  id: z.int().positive(),
  relativePath: z.string(),
  sizeBytes: z.number().nonnegative(),
  modifiedMs: z.number(),
  /** null until the header was read */
  header: imageHeaderSchema.nullable(),
  /** why the picture cannot be used; null while it can */
  error: errorInfoSchema.nullable(),
  reviewStatus: reviewStatusSchema,
  inference: inferenceStateSchema,
  /** not counting rejected ones */
  defectCount: z.int().nonnegative(),
});
export type ImageRecord = z.infer<typeof imageRecordSchema>;

export const regionSchema = z.object({
  mode: regionModeSchema,
  /** found (auto) or drawn (manual); null = whole picture */
  box: boxSchema.nullable(),
});
export type Region = z.infer<typeof regionSchema>;
