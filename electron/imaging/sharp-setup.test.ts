import { afterEach, expect, it } from 'vitest';
import { setDecodeThreads, sharp } from './sharp-setup';

afterEach(() => setDecodeThreads(1));

it('uses one thread per picture unless told, and never none', () => {
  expect(sharp.concurrency()).toBe(1);
  setDecodeThreads(3);
  expect(sharp.concurrency()).toBe(3);
  setDecodeThreads(0);
  expect(sharp.concurrency()).toBe(1);
});

it('keeps no cache of operations', () => {
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
});
