import { z } from 'zod';
import { engineSchema } from '../domain/model';
import { errorInfoSchema } from '../errors/codes';

export const jobStates = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** `done + failed` of `total` images are finished. */
export const jobProgressSchema = z.object({
  /** images with a result; those that failed do not count */
  done: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** mean over the images finished since the job (re)started; null before the first */
  secondsPerImage: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

/** The state of one job, sent at most 10 times a second. */
export const jobEventSchema = z.object({
  jobId: z.int(),
  kind: z.enum(['inspection', 'report']),
  state: jobStateSchema,
  progress: jobProgressSchema,
  engine: engineSchema.nullable(),
  error: errorInfoSchema.nullable(),
  /** report: the finished file */
  outputPath: z.string().nullable(),
});
export type JobEvent = z.infer<typeof jobEventSchema>;
