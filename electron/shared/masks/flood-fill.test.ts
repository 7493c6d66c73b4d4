import { describe, expect, it } from 'vitest';
import { areaSpans, enclosedBackground, holesOfLabel } from './flood-fill';

function windowOf(rows: string[]): { labels: Uint16Array; width: number; height: number } {
  const width = rows[0]?.length ?? 0;
  return { labels: Uint16Array.from(rows.join('').split('').map(Number)), width, height: rows.length };
}
const show = (area: Uint8Array | null, width: number): string[] | null =>
  area && Array.from({ length: area.length / width }, (_, y) => Array.from(area.slice(y * width, (y + 1) * width)).join(''));

const ring = ['0110', '1001', '1021', '0110'];

describe('enclosedBackground', () => {
  it('finds the area inside an outline, also one closed only diagonally', () => {
    expect(show(enclosedBackground(windowOf(ring), 1, 1), 4)).toEqual(['0000', '0110', '0100', '0000']);
  });
  it('answers null where the area is open to the edge or the seed is not background', () => {
    expect(enclosedBackground(windowOf(['110', '100', '111']), 1, 1)).toBeNull();
    expect(enclosedBackground(windowOf(ring), 2, 2)).toBeNull();
    expect(enclosedBackground(windowOf(ring), 9, 0)).toBeNull();
  });
});

describe('holesOfLabel', () => {
  it('marks background holes and leaves other labels in them alone', () => {
    expect(show(holesOfLabel(windowOf(ring), 1), 4)).toEqual(['0000', '0110', '0100', '0000']);
  });
  it('answers null without a hole', () => {
    expect(holesOfLabel(windowOf(['111', '111']), 1)).toBeNull();
    expect(holesOfLabel(windowOf(['101', '101', '111']), 1)).toBeNull();
  });
});

it('areaSpans emits the set pixels at their place in the picture', () => {
  const spans: number[][] = [];
  areaSpans(Uint8Array.from([0, 1, 1, 1, 0, 1]), 3, 10, 20, (...span) => spans.push(span));
  expect(spans).toEqual([
    [20, 11, 13],
    [21, 10, 11],
    [21, 12, 13],
  ]);
});
