/** The best setting of this machine for each model, as `railscope bench` measured it; `auto` uses it. */
import { z } from 'zod';
import { backendIdSchema, precisionSchema } from './model';

export const profileEntrySchema = z.object({
  modelId: z.string(),
  /** of the weights that were measured: others are not covered */
  modelSha256: z.string(),
  /** of the inference runtime that was measured */
  runtime: z.string(),
  backend: backendIdSchema,
  device: z.string(),
  precision: precisionSchema,
  threads: z.int().min(0),
  batch: z.int().min(1),
  tilesPerSecond: z.number().positive(),
  measuredAt: z.string(),
});
export type ProfileEntry = z.infer<typeof profileEntrySchema>;

export const machineProfileSchema = z.object({
  version: z.literal(1),
  /** processor and core count: a profile that was copied from another machine is not used */
  machine: z.string(),
  entries: z.array(profileEntrySchema),
});
export type MachineProfile = z.infer<typeof machineProfileSchema>;
