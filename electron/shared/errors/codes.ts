import { z } from 'zod';

/** Every error a user can meet. Texts and remedies in both languages: `texts.zh-CN.ts`, `texts.en.ts`. */
export const errorCodes = [
  'image-missing',
  'image-unreadable',
  'image-empty',
  'image-corrupt',
  'image-truncated',
  'image-unsupported',
  'image-too-large',
  'image-changed',
  'folder-missing',
  'folder-unreadable',
  'no-images',
  'no-project',
  'project-read-only',
  'project-corrupt',
  'project-too-new',
  'stale-revision',
  'disk-full',
  'write-failed',
  'model-missing',
  'model-hash-mismatch',
  'model-invalid',
  'backend-unavailable',
  'server-unreachable',
  'server-refused',
  'address-unusable',
  'inference-crashed',
  'inference-timeout',
  'inference-failed',
  'out-of-memory',
  'report-failed',
  'masks-mismatch',
  'process-gone',
  'cancelled',
  'bad-request',
  'internal',
] as const;

export const errorCodeSchema = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** What crosses a process boundary: a code, an English sentence for logs, and facts for the texts (path, limit …). */
export const errorInfoSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type ErrorInfo = z.infer<typeof errorInfoSchema>;
export type ErrorDetails = ErrorInfo['details'];
