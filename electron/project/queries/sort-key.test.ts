import { describe, expect, it } from 'vitest';
import { pathSearchKey, pathSortKey } from './sort-key';

/** SQLite compares text by its UTF-8 bytes. */
const sorted = (paths: string[]): string[] =>
  [...paths].sort((a, b) => Buffer.compare(Buffer.from(pathSortKey(a)), Buffer.from(pathSortKey(b))));

describe('pathSortKey', () => {
  it.each([
    [['img2.png', 'img10.png', 'img010a.png', 'img100.png']],
    [['a.png', 'B.png', 'c.png']],
    [['z.png', 'a/1.png', 'a/b/0.png', 'a-b/1.png', 'b/1.png']],
    [['K9+900.jpg', 'K12+345.jpg', 'K100+1.jpg']],
    [['图2.png', '图10.png']],
    [[`1${'0'.repeat(99)}.png`, `1${'0'.repeat(100)}.png`]],
    [['a\n.png', 'aa.png']],
  ])('keeps the natural order of %j', (paths) => {
    expect(sorted([...paths].reverse())).toEqual(paths);
  });

  it('treats leading zeros as nothing', () => {
    expect(pathSortKey('007.png')).toBe(pathSortKey('7.png'));
  });
});

describe('pathSearchKey', () => {
  it('is blind to case and to how accents are written', () => {
    expect(pathSearchKey('Ünïcode.PNG')).toBe(pathSearchKey('u\u0308ni\u0308code.png'.replace('u\u0308', 'U\u0308')));
  });
});
