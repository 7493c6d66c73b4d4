import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '#shared/domain/image';
import { columnStates, emptyStrip, placeAt, tickStateOf, tickStates, writeRows } from './strip-model';

const image = (id: number, change: Partial<ImageRecord> = {}): ImageRecord => ({
  id,
  relativePath: `${id}.jpg`,
  sizeBytes: 1,
  modifiedMs: 0,
  header: null,
  error: null,
  reviewStatus: 'unreviewed',
  inference: 'none',
  defectCount: 0,
  ...change,
});

describe('the run strip', () => {
  it.each([
    [image(1), 'pending'],
    [image(1, { inference: 'done' }), 'clear'],
    [image(1, { inference: 'done', defectCount: 2 }), 'defects'],
    [image(1, { defectCount: 2, reviewStatus: 'accepted' }), 'reviewed'],
    [image(1, { error: { code: 'image-empty', message: '', details: {} }, reviewStatus: 'accepted' }), 'error'],
  ] as const)('%o is %s', (record, state) => expect(tickStateOf(record)).toBe(state));

  it('takes pages in any order and keeps what it knows when it grows', () => {
    let strip = writeRows(emptyStrip(), 2, 3, [image(30)]);
    strip = writeRows(strip, 0, 4, [image(10), image(20)]);
    expect([...strip.ids]).toEqual([10, 20, 30, 0]);
    expect(strip.places.get(30)).toBe(2);
  });

  it('finds the picture under the pointer', () => {
    const strip = writeRows(emptyStrip(), 0, 4, [image(1), image(2), image(3), image(4)]);
    expect(placeAt(strip, 0, 400)).toBe(0);
    expect(placeAt(strip, 250, 400)).toBe(2);
    expect(placeAt(strip, 999, 400)).toBe(3);
  });

  it('shows the most important state of the pictures that share a column', () => {
    const rows = [image(1, { inference: 'done' }), image(2, { defectCount: 1 }), image(3), image(4)];
    const columns = columnStates(writeRows(emptyStrip(), 0, 4, rows), 2);
    expect([...columns].map((state) => tickStates[state])).toEqual(['defects', 'pending']);
  });
});
