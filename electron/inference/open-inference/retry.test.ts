import { describe, expect, it } from 'vitest';
import { withRetries } from './retry';
import { ServerFailure } from './server-failure';

const policy = { attempts: 4, baseMs: 8, longestMs: 30 };
const passing = (retryAfterMs: number | null = null) =>
  new ServerFailure('busy', { code: 'server-unreachable', retryable: true, retryAfterMs });

/** Fails as often as there are failures, then answers. */
function attempts(...failures: Error[]) {
  const startedMs: number[] = [];
  const attempt = async (): Promise<string> => {
    startedMs.push(performance.now());
    const failure = failures[startedMs.length - 1];
    if (failure) throw failure;
    return 'answer';
  };
  const pauses = (): number[] => startedMs.slice(1).map((ms, at) => ms - (startedMs[at] ?? 0));
  return { attempt, startedMs, pauses };
}

describe('withRetries', () => {
  it('tries again with growing pauses', async () => {
    const { attempt, startedMs, pauses } = attempts(passing(), passing(), passing());
    expect(await withRetries(attempt, policy, undefined, () => 1)).toBe('answer');
    expect(startedMs).toHaveLength(4);
    for (const [at, wantedMs] of [8, 16, 30].entries()) expect(pauses()[at]).toBeGreaterThanOrEqual(wantedMs - 1.5);
  });

  it('gives up after the last attempt', async () => {
    const { attempt, startedMs } = attempts(...Array.from({ length: 9 }, () => passing()));
    await expect(withRetries(attempt, policy, undefined, () => 0)).rejects.toThrow('busy');
    expect(startedMs).toHaveLength(4);
  });

  it('waits as long as the server asks for, within reason', async () => {
    const { attempt, pauses } = attempts(passing(20), passing(1e9));
    await withRetries(attempt, policy, undefined, () => 0);
    expect(pauses()[0]).toBeGreaterThanOrEqual(18.5);
    expect(pauses()[1]).toBeLessThan(500);
  });

  it('does not repeat what the server refused', async () => {
    const { attempt, startedMs } = attempts(new ServerFailure('no', { code: 'server-refused', retryable: false }));
    await expect(withRetries(attempt, policy)).rejects.toThrow('no');
    expect(startedMs).toHaveLength(1);
  });

  it('stops waiting when it is cancelled', async () => {
    const abort = new AbortController();
    const { attempt, startedMs } = attempts(passing(1e9));
    const run = withRetries(attempt, { ...policy, longestMs: 60_000 }, abort.signal);
    setTimeout(() => abort.abort(), 5);
    await expect(run).rejects.toMatchObject({ facts: { code: 'cancelled' } });
    expect(startedMs).toHaveLength(1);
  });
});
