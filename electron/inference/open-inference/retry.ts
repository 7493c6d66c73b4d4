import { setTimeout as sleep } from 'node:timers/promises';
import { ServerFailure } from './server-failure';

export interface RetryPolicy {
  /** at least 1 */
  readonly attempts: number;
  /** longest pause before the second attempt; doubles with each further one */
  readonly baseMs: number;
  /** no pause is longer, whatever the server asks for */
  readonly longestMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { attempts: 5, baseMs: 250, longestMs: 8_000 };

/**
 * Runs `attempt` again while it fails in a way that may pass. Pauses grow exponentially and are drawn at random (full
 * jitter), so that many clients of one cluster do not come back at the same moment; a server's own wish is the shortest.
 * @throws what the last attempt threw; ServerFailure `cancelled` when the signal ends a pause
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
  random: () => number = Math.random,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof ServerFailure && error.facts.retryable && tried < policy.attempts && !signal?.aborted;
      if (!again) throw error;
      const drawnMs = random() * policy.baseMs * 2 ** (tried - 1);
      await pause(Math.min(policy.longestMs, Math.max(error.facts.retryAfterMs ?? 0, drawnMs)), signal);
    }
  }
}

async function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  await sleep(durationMs, undefined, signal ? { signal } : {}).catch(() => {
    throw new ServerFailure('cancelled', { code: 'cancelled', retryable: false });
  });
}
