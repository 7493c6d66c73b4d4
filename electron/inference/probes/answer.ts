/** What a probe child tells its parent: one marked line, whatever drivers print before and after. */
import { z } from 'zod';

export const probeAnswerSchema = z.object({
  available: z.boolean(),
  /** the device in words; empty = unknown */
  device: z.string(),
  /** why it is not available; English, technical */
  reason: z.string().nullable(),
});
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;

const MARK = '@railscope-probe ';

export function writeAnswer(answer: ProbeAnswer): string {
  return `\n${MARK}${JSON.stringify(answer)}\n`;
}

/** @returns null where there is no answer among the output */
export function findAnswer(output: string): ProbeAnswer | null {
  const line = output.split('\n').findLast((candidate) => candidate.startsWith(MARK));
  if (line === undefined) return null;
  try {
    return probeAnswerSchema.parse(JSON.parse(line.slice(MARK.length)));
  } catch {
    return null;
  }
}
