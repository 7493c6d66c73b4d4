import { describe, expect, it } from 'vitest';
import { reportFileName } from './report-file-name';

const date = new Date(2025, 2, 7);

describe('reportFileName', () => {
  it.each([
    ['京沪线 K12', '京沪线 K12-20250307.pdf'],
    ['a/b\\c:d*e?', 'a b c d e-20250307.pdf'],
    ['../../etc', 'etc-20250307.pdf'],
    ['  ', 'report-20250307.pdf'],
    ['..', 'report-20250307.pdf'],
  ])('%s → %s', (name, expected) => {
    expect(reportFileName(name, date)).toBe(expected);
  });
});
