import { describe, expect, it } from 'vitest';
import { csv } from './csv';
import { barChart, htmlPage, htmlTable, paragraph } from './html-page';
import { textTable } from './text-table';

describe('pages', () => {
  it('escape what they are given and fetch nothing', () => {
    const page = htmlPage('<b>', 'en', [paragraph('<script>x</script>'), htmlTable({ header: ['a"'], rows: [['<i>']] })]);
    expect(page).not.toMatch(/<script|<i>|<b>/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('&lt;script&gt;');
  });

  it('draw bars in proportion', () => {
    const bars = [
      { label: 'a', value: 2, text: '2', isBest: true },
      { label: 'b', value: 1, text: '1', isBest: false },
    ];
    expect([...barChart(bars).matchAll(/width="([\d.]+)" height="16"/g)].map(([, width]) => Number(width))).toEqual([300, 150]);
  });

  it('align columns, East Asian characters as two', () => {
    expect(textTable({ header: ['设置', 'ms'], rows: [['cpu', '1.0']] })).toBe('设置   ms\ncpu   1.0');
  });

  it('quote CSV and disarm formulas', () => {
    expect(csv(['a'], [['x,"y"'], ['=1+1'], ['-2.5'], ['-cmd']])).toBe('a\r\n"x,""y"""\r\n\'=1+1\r\n-2.5\r\n\'-cmd\r\n');
  });
});
