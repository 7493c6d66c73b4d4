import { describe, expect, it } from 'vitest';
import { reportFormat, reportTime, shaPrefix, shortenMiddle, sizeInMm } from './format';

describe('reportFormat', () => {
  const format = reportFormat('en');

  it('groups digits and keeps few decimals', () => {
    expect(format.integer(12345)).toBe('12,345');
    expect(format.millimetres(3.14159)).toBe('3.14');
    expect(format.millimetres(31.4159)).toBe('31.4');
  });

  it('has no share of nothing', () => {
    expect(format.percent(0, 0)).toBe('–');
    expect(format.percent(1, 8)).toBe('12.5%');
    expect(format.change(0, 5)).toBe('–');
    expect(format.change(50, 60)).toBe('+20%');
  });
});

describe('reportTime', () => {
  it('names date, time and offset', () => {
    expect(reportTime(new Date(2026, 4, 1, 7, 5).getTime())).toMatch(/^2026-05-01 07:05 \(UTC[+−]\d\d:\d\d\)$/);
  });
});

describe('sizeInMm', () => {
  it('uses the scale of each axis', () => {
    expect(sizeInMm({ mmPerPxX: 0.5, mmPerPxY: 2, source: '' }, 10, 20, 100)).toEqual({ widthMm: 5, heightMm: 40, areaMm2: 100 });
  });
});

it('shortens a hash to twelve digits', () => {
  expect(shaPrefix('0123456789abcdef')).toBe('0123456789ab');
});

describe('shortenMiddle', () => {
  it('keeps what fits, and else both ends', () => {
    expect(shortenMiddle('a/b.jpg', 7)).toBe('a/b.jpg');
    expect(shortenMiddle('folder/folder/folder/9.jpg', 10)).toBe('fol…/9.jpg');
  });
});
