import { describe, expect, it } from 'vitest';
import { cropUrl, imageTileUrl, overlayUrl, probabilityTileUrl, resourceOrigin, thumbnailUrl } from '#shared/resource-url';
import { parseResourceUrl } from './parse-resource';

const parse = (text: string): ReturnType<typeof parseResourceUrl> => parseResourceUrl(new URL(text));
const box = { x: 1, y: 2, width: 30, height: 40 };

describe('parseResourceUrl', () => {
  it('reads what the shared builders write', () => {
    expect(parse(imageTileUrl(7, 2, 3, 4))).toEqual({ kind: 'image', input: { imageId: 7, level: 2, tileX: 3, tileY: 4 } });
    expect(parse(probabilityTileUrl(7, 0, 0, 0))).toEqual({ kind: 'probability', input: { imageId: 7, level: 0, tileX: 0, tileY: 0 } });
    expect(parse(thumbnailUrl(9))).toEqual({ kind: 'thumbnail', input: { imageId: 9 } });
    expect(parse(cropUrl(9, box, 256, 'none'))).toEqual({ kind: 'crop', input: { imageId: 9, ...box, maxSidePx: 256, stretch: 'none' } });
    expect(parse(overlayUrl(9, 5, box, 256, 'model'))).toEqual({
      kind: 'overlay',
      input: { imageId: 9, label: 5, ...box, maxSidePx: 256, layer: 'model' },
    });
  });

  it('leaves other addresses to the files of the window', () => {
    expect(parse(`${resourceOrigin}/index.html`)).toBeNull();
    expect(parse(`${resourceOrigin}/assets/image/1`)).toBeNull();
  });

  it.each([
    '/image/7/2/3',
    '/image/7/2/3/4/5',
    '/image/0/0/0/0',
    '/image/-1/0/0/0',
    '/image/1e3/0/0/0',
    '/image/07/0/0/0',
    '/image/7/21/0/0',
    '/image/7/0/0/65536',
    '/image/99999999999/0/0/0',
    '/image/%37/0/0/0',
    '/thumbnail/7/',
    '/thumbnail/',
    '/crop/7?x=0&y=0&w=0&h=1&max=10&stretch=auto',
    '/crop/7?x=0&y=0&w=1&h=1&max=5000&stretch=auto',
    '/crop/7?x=0&y=0&w=1&h=1&max=10&stretch=more',
    '/crop/7?x=0&y=0&w=1&h=1&max=10',
    '/crop/7?x=0&y=0&w=1&h=1&max=10&stretch=auto&path=/etc/passwd',
    '/crop/7?x=-1&y=0&w=1&h=1&max=10&stretch=auto',
    '/crop/7?x=0.5&y=0&w=1&h=1&max=10&stretch=auto',
    '/overlay/7?x=0&y=0&w=1&h=1&max=10&layer=review',
    '/overlay/7/65536?x=0&y=0&w=1&h=1&max=10&layer=review',
    '/overlay/7/1?x=0&y=0&w=1&h=1&max=10&layer=both',
  ])('refuses %s', (address) => {
    expect(() => parse(resourceOrigin + address)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
