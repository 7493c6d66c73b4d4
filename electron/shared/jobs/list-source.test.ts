import { expect, it } from 'vitest';
import { listSource } from './list-source';

it('hands out a list in pieces, each picture once, with its index as id', async () => {
  const source = listSource(['a', 'b', 'c'], (path) => ({ path, region: { mode: 'full', box: null }, probabilityPath: null }));
  const ask = async (limit: number): Promise<[number, string][]> =>
    (await source.next({ limit, exclude: [], first: null })).map((item) => [item.imageId, item.path]);
  expect(await ask(2)).toEqual([
    [0, 'a'],
    [1, 'b'],
  ]);
  expect(await ask(2)).toEqual([[2, 'c']]);
  expect(await ask(2)).toEqual([]);
});
