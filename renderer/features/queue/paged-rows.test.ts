import { describe, expect, it, vi } from 'vitest';
import { PagedRows, type RowPage } from './paged-rows';

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function numbers(total = 100_000) {
  let offsetOfAll = 0;
  const fetchRows = vi.fn(async (_query: string, offset: number, limit: number): Promise<RowPage<number>> => {
    const length = Math.max(0, Math.min(limit, total - offset));
    return { total, rows: Array.from({ length }, (_, index) => offset + index + offsetOfAll) };
  });
  return { rows: new PagedRows('all', fetchRows), fetchRows, change: (by: number) => (offsetOfAll += by) };
}

describe('PagedRows', () => {
  it('fetches only the pages in view, each once', async () => {
    const { rows, fetchRows } = numbers();
    rows.show(50_000, 50_020);
    rows.show(50_001, 50_021);
    await settle();
    expect(rows.row(50_010)).toBe(50_010);
    expect(rows.row(0)).toBeUndefined();
    expect(rows.total).toBe(100_000);
    expect(fetchRows.mock.calls).toEqual([['all', 50_000, 100]]);
  });

  it('keeps old rows while it fetches those in view again', async () => {
    const { rows, fetchRows, change } = numbers();
    rows.show(0, 10);
    await settle();
    rows.show(300, 310);
    await settle();
    change(7);
    rows.invalidate();
    expect(rows.row(300)).toBe(300);
    await settle();
    expect(rows.row(300)).toBe(307);
    expect(fetchRows).toHaveBeenCalledTimes(3);
    rows.show(0, 10);
    await settle();
    expect(rows.row(0)).toBe(7);
  });

  it('fetches a page again that changed while it was on its way', async () => {
    const { rows, fetchRows } = numbers();
    rows.show(0, 10);
    rows.invalidate();
    await settle();
    await settle();
    expect(fetchRows).toHaveBeenCalledTimes(2);
  });

  it('drops answers to an older query', async () => {
    const answers: ((page: RowPage<string>) => void)[] = [];
    const rows = new PagedRows('old', () => new Promise<RowPage<string>>((resolve) => answers.push(resolve)));
    rows.show(0, 0);
    rows.setQuery('new');
    answers[1]?.({ total: 1, rows: ['new'] });
    answers[0]?.({ total: 1, rows: ['old'] });
    await settle();
    expect(rows.row(0)).toBe('new');
  });

  it('reports a failure and recovers with the next fetch', async () => {
    let broken = true;
    const rows = new PagedRows('all', async () => {
      if (broken) throw new Error('gone');
      return { total: 1, rows: ['a'] };
    });
    rows.show(0, 0);
    await settle();
    expect(rows.error).toBeInstanceOf(Error);
    broken = false;
    rows.invalidate();
    await settle();
    expect(rows.error).toBeNull();
    expect(rows.row(0)).toBe('a');
  });

  it('forgets pages far from view', async () => {
    const { rows } = numbers();
    for (let page = 0; page < 60; page++) {
      rows.show(page * 100, page * 100);
      await settle();
    }
    expect(rows.row(0)).toBeUndefined();
    expect(rows.row(5_900)).toBe(5_900);
  });

  it('loads single rows and ends at the ends', async () => {
    const { rows } = numbers(150);
    expect(await rows.load(149)).toBe(149);
    expect(await rows.load(150)).toBeUndefined();
    expect(await rows.load(-1)).toBeUndefined();
    expect(rows.indexOf((row) => row === 149)).toBe(149);
  });
});
