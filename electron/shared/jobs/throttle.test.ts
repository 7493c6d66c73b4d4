import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createThrottle } from './throttle';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('passes the first value on at once and the newest of those within the interval after it', () => {
  const seen: number[] = [];
  const throttle = createThrottle<number>(100, (value) => seen.push(value));
  throttle.push(1);
  throttle.push(2);
  vi.advanceTimersByTime(50);
  throttle.push(3);
  expect(seen).toEqual([1]);
  vi.advanceTimersByTime(50);
  expect(seen).toEqual([1, 3]);
});

it('sends what waits on flush, once', () => {
  const seen: number[] = [];
  const throttle = createThrottle<number>(100, (value) => seen.push(value));
  throttle.push(1);
  throttle.push(2);
  throttle.flush();
  throttle.flush();
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1, 2]);
});

it('does not wait for ever when the clock is set back', () => {
  const seen: number[] = [];
  const throttle = createThrottle<number>(100, (value) => seen.push(value));
  throttle.push(1);
  vi.setSystemTime(Date.now() - 3_600_000);
  throttle.push(2);
  vi.advanceTimersByTime(100);
  expect(seen).toEqual([1, 2]);
});
