import { describe, expect, it } from 'vitest';
import { fileName, formatCount, formatMeasure, formatPercent, formatScore, roundDuration } from './format';

describe('format', () => {
  it('groups counts', () => expect(formatCount(1300, 'en')).toBe('1,300'));
  it('rounds shares', () => expect(formatPercent(0.416, 'zh-CN')).toBe('42%'));

  it.each([
    [0.62, '.62'],
    [0.999, '1.0'],
    [0.05, '.05'],
  ])('score %d reads %s', (score, text) => expect(formatScore(score)).toBe(text));

  it.each([
    [3.124, '3.12'],
    [34.23, '34.2'],
    [1203.4, '1,203'],
  ])('measure %d reads %s', (value, text) => expect(formatMeasure(value, 'en')).toBe(text));

  it.each([
    [0.2, { unit: 'seconds', count: 1 }],
    [89.1, { unit: 'seconds', count: 90 }],
    [240, { unit: 'minutes', count: 4 }],
    [7260, { unit: 'hours', hours: 2, minutes: 1 }],
  ])('%d s left is %o', (seconds, duration) => expect(roundDuration(seconds)).toEqual(duration));

  it('names files of both systems', () => {
    expect(fileName('a/b/c.jpg')).toBe('c.jpg');
    expect(fileName('C:\\a\\c.jpg')).toBe('c.jpg');
  });
});
