import { hostTimers, type Timers } from './timers';

export interface Throttle<T> {
  /** passes the value on now, or, within the interval, later; a newer value replaces one that waits */
  push(value: T): void;
  /** passes on at once what waits; nothing comes afterwards until the next push */
  flush(): void;
}

/** At most one value per `intervalMs`, and the last one always arrives. */
export function createThrottle<T>(
  intervalMs: number,
  emit: (value: T) => void,
  now: () => number = Date.now,
  timers: Timers = hostTimers,
): Throttle<T> {
  let lastMs = -Infinity;
  let waiting: { value: T; timer: unknown } | null = null;

  const send = (value: T): void => {
    lastMs = now();
    emit(value);
  };
  const flush = (): void => {
    if (!waiting) return;
    timers.clearTimeout(waiting.timer);
    const { value } = waiting;
    waiting = null;
    send(value);
  };
  const push = (value: T): void => {
    if (waiting) {
      waiting.value = value;
      return;
    }
    const waitMs = Math.min(intervalMs, lastMs + intervalMs - now());
    if (waitMs <= 0) send(value);
    else waiting = { value, timer: timers.setTimeout(flush, waitMs) };
  };
  return { push, flush };
}
