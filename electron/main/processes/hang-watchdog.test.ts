import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWatchdog } from './hang-watchdog';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(ping: () => Promise<unknown>) {
  const restart = vi.fn();
  return { restart, watchdog: createWatchdog({ ping, restart, pingEveryMs: 10, silentMs: 100 }) };
}
const never = new Promise<never>(() => undefined);

describe('createWatchdog', () => {
  it('restarts a process that stays silent', async () => {
    const { restart, watchdog } = setUp(() => never);
    void watchdog.watch(never, 10_000);
    await vi.advanceTimersByTimeAsync(90);
    expect(restart).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(40);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  it('lets a process work that answers', async () => {
    const { restart, watchdog } = setUp(async () => undefined);
    void watchdog.watch(never, 10_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(restart).not.toHaveBeenCalled();
  });

  it('restarts a process that answers but finishes nothing', async () => {
    const { restart, watchdog } = setUp(async () => undefined);
    void watchdog.watch(never, Promise.resolve(300));
    await vi.advanceTimersByTimeAsync(400);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  it('counts anew from each finished call', async () => {
    const { restart, watchdog } = setUp(async () => undefined);
    void watchdog.watch(never, 300);
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(200);
      await watchdog.watch(Promise.resolve(), 300);
    }
    expect(restart).not.toHaveBeenCalled();
  });

  it('does not ask while nothing is open, nor hold earlier silence against a new call', async () => {
    const ping = vi.fn(() => never);
    const { restart, watchdog } = setUp(ping);
    await watchdog.watch(Promise.resolve(), 300);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ping).not.toHaveBeenCalled();
    void watchdog.watch(never, 300);
    await vi.advanceTimersByTimeAsync(50);
    expect(restart).not.toHaveBeenCalled();
  });

  it('hands on the answer and the failure of the work', async () => {
    const { watchdog } = setUp(async () => undefined);
    expect(await watchdog.watch(Promise.resolve(7), 300)).toBe(7);
    await expect(watchdog.watch(Promise.reject(new Error('no')), 300)).rejects.toThrow('no');
  });
});
