import { describe, expect, it } from 'vitest';
import { paintDifference, paintLabels } from './paint-labels';
import { coarsestLevel, levelForZoom, tilesOfPart } from './tile-plan';
import { TileSource } from './tile-source';
import type { RawSamples } from './tile-source';
import { CanvasView } from './canvas-view';
import { fitView, toImage, visiblePart, zoomAt } from './view-transform';

const canvas = { width: 1000, height: 600 };

describe('view', () => {
  it.each([
    { width: 1, height: 1 },
    { width: 2048, height: 2000 },
    { width: 30_000, height: 1100 },
  ])('fits $width × $height whole and centred', (picture) => {
    const view = fitView(picture, canvas);
    const part = visiblePart(view, picture, canvas);
    expect([part.x, part.y]).toEqual([0, 0]);
    expect(part.width).toBeCloseTo(picture.width);
    expect(part.height).toBeCloseTo(picture.height);
    expect(view.x + (picture.width * view.zoom) / 2).toBeCloseTo(500);
  });

  it('zooming keeps the image point under the pointer', () => {
    const picture = { width: 2048, height: 2000 };
    const before = fitView(picture, canvas);
    const after = zoomAt(before, 6, 480, 290, picture, canvas);
    const [a, b] = [toImage(before, 480, 290), toImage(after, 480, 290)];
    expect([b.x, b.y].map((value) => value.toFixed(6))).toEqual([a.x, a.y].map((value) => value.toFixed(6)));
    expect(zoomAt(before, 1e9, 0, 0, picture, canvas).zoom).toBe(32);
    expect(zoomAt(before, 1e-9, 0, 0, picture, canvas).zoom).toBe(0.02);
  });

  it('never loses the picture when panning', () => {
    const view = new CanvasView();
    view.resize(canvas);
    view.show({ width: 500, height: 400 });
    view.panBy(99_999, -99_999);
    const part = visiblePart(view.view, { width: 500, height: 400 }, canvas);
    expect(part.width * view.view.zoom).toBeGreaterThan(20);
    expect(part.height * view.view.zoom).toBeGreaterThan(20);
  });

  it('keeps the view for pictures of the same size, fits others, and waits for a size', () => {
    const view = new CanvasView();
    view.show({ width: 2000, height: 2000 });
    view.resize(canvas);
    const fitted = view.view.zoom;
    expect(fitted).toBeCloseTo((600 - 24) / 2000);
    view.zoomBy(5);
    const zoomed = view.view;
    view.show({ width: 2000, height: 2000 });
    expect(view.view).toEqual(zoomed);
    view.show({ width: 4000, height: 4000 });
    expect(view.view.zoom).toBeCloseTo(fitted / 2);
  });
});

describe('tile plan', () => {
  it('knows the levels', () => {
    expect([1, 512, 513, 2048, 30_000].map((width) => coarsestLevel({ width, height: 1 }))).toEqual([0, 0, 1, 2, 6]);
    expect([4, 1, 0.6, 0.5, 0.25, 0.01].map((zoom) => levelForZoom(zoom, 5))).toEqual([0, 0, 0, 1, 2, 5]);
  });
  it('lists the tiles in view, middle first, none outside the picture', () => {
    const picture = { width: 2048, height: 2000 };
    const tiles = tilesOfPart({ x: 0, y: 0, width: 2048, height: 2000 }, picture, 0, 512);
    expect(tiles).toHaveLength(16);
    const places = tiles.map(({ tileX, tileY }) => `${tileX},${tileY}`);
    expect(places.slice(0, 4).sort()).toEqual(['1,1', '1,2', '2,1', '2,2']);
    expect(tilesOfPart({ x: 600, y: 600, width: 10, height: 10 }, picture, 0, 512)).toEqual([{ level: 0, tileX: 1, tileY: 1 }]);
    expect(tilesOfPart({ x: 0, y: 0, width: 1, height: 1 }, { width: 1, height: 1 }, 0, 512)).toHaveLength(1);
    expect(tilesOfPart({ x: 0, y: 0, width: 0, height: 9 }, picture, 0, 512)).toEqual([]);
  });
});

describe('paintLabels', () => {
  const tile = new Uint16Array(65_536);
  tile[0] = 1;
  tile[2 * 256 + 2] = 2;
  const labels = (tileX: number, tileY: number): Uint16Array | undefined => (tileX === 1 && tileY === 0 ? tile : undefined);
  const palette = new Uint32Array(65_536);
  palette[1] = 11;
  palette[2] = 22;

  it('colours one tile at level 0 and only the asked part', () => {
    const out = new Uint32Array(65_536).fill(99);
    paintLabels({ level: 0, tileX: 1, tileY: 0 }, { x0: 0, y0: 0, x1: 2, y1: 1 }, labels, palette, out);
    expect([out[0], out[1], out[2], out[256]]).toEqual([11, 0, 99, 99]);
  });
  it('looks at every second pixel at level 1, across tiles', () => {
    const out = new Uint32Array(65_536).fill(99);
    paintLabels({ level: 1, tileX: 0, tileY: 0 }, { x0: 0, y0: 0, x1: 256, y1: 256 }, labels, palette, out);
    expect([out[127], out[128], out[257 + 128]]).toEqual([0, 0, 0]);
    tile[257] = 1;
    paintLabels({ level: 1, tileX: 0, tileY: 0 }, { x0: 128, y0: 0, x1: 129, y1: 1 }, labels, palette, out);
    expect(out[128]).toBe(11);
    tile[257] = 0;
  });
  it('the difference tells both, only model, only human, and leaves rejected ones out', () => {
    const human = new Uint16Array(65_536);
    const model = new Uint16Array(65_536);
    human.set([1, 1, 2, 0]);
    model.set([5, 0, 5, 5]);
    const counts = new Uint8Array(65_536);
    counts[1] = 1;
    const out = new Uint32Array(65_536);
    const colours = { both: 7, onlyModel: 8, onlyHuman: 9 };
    paintDifference(
      { level: 0, tileX: 0, tileY: 0 },
      { x0: 0, y0: 0, x1: 5, y1: 1 },
      () => human,
      () => model,
      counts,
      colours,
      out,
    );
    expect(Array.from(out.slice(0, 5))).toEqual([7, 9, 8, 8, 0]);
  });
});

describe('TileSource', () => {
  const tile = (bytes = 4): RawSamples => ({ width: bytes, height: 1, channels: 1, bitDepth: 8, samples: new Uint8Array(bytes) });
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  it('fetches a few at a time in order, once each, and drops what is no longer wanted', async () => {
    const asked: string[] = [];
    const aborted: string[] = [];
    const source = new TileSource((url, signal) => {
      asked.push(url);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          aborted.push(url);
          reject(new Error('aborted'));
        }),
      );
    });
    const urls = Array.from({ length: 9 }, (_, i) => `a/${i}`);
    source.want(
      urls,
      () => true,
      () => undefined,
    );
    source.want(
      urls,
      () => true,
      () => undefined,
    );
    expect(asked).toEqual(urls.slice(0, 6));
    source.want(
      ['a/0'],
      () => true,
      () => undefined,
    );
    expect(aborted).toEqual(urls.slice(1, 6));
    await settled();
  });

  it('keeps the latest used tiles within its budget', async () => {
    const source = new TileSource(
      async () => tile(40),
      () => 0,
      100,
    );
    await source.get('a');
    await source.get('b');
    source.peek('a');
    await source.get('c');
    expect(['a', 'b', 'c'].map((url) => source.peek(url) !== null)).toEqual([true, false, true]);
    source.forget((url) => url === 'a');
    expect(source.peek('a')).toBeNull();
  });

  it('asks again for a failed tile only after a while', async () => {
    let nowMs = 0;
    let calls = 0;
    const source = new TileSource(
      async () => {
        calls++;
        throw new Error('gone');
      },
      () => nowMs,
    );
    const want = async (): Promise<void> => {
      source.want(
        ['a'],
        () => true,
        () => undefined,
      );
      await settled();
    };
    await want();
    await want();
    expect(calls).toBe(1);
    nowMs = 10_000;
    await want();
    expect(calls).toBe(2);
  });
});
