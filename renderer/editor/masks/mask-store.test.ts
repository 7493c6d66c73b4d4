import { describe, expect, it } from 'vitest';
import { encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import { ANY_LABEL, MaskStore } from './mask-store';

const row = (y: number, x0: number, x1: number) => (emit: (y: number, x0: number, x1: number) => void) => emit(y, x0, x1);

describe('MaskStore', () => {
  it('paints across tiles, clips at the picture and protects other labels', () => {
    const mask = new MaskStore(300, 10);
    expect(mask.replace(0, 7, row(2, 250, 900))).toEqual({ x: 250, y: 2, width: 50, height: 1 });
    expect(mask.replace(0, 8, row(2, 240, 260))).toEqual({ x: 240, y: 2, width: 20, height: 1 });
    expect([239, 240, 249, 250, 256, 299, 300].map((x) => mask.labelAt(x, 2))).toEqual([0, 8, 8, 7, 7, 7, 0]);
    expect(mask.replace(0, 9, row(-1, 0, 5))).toBeNull();
    expect(mask.replace(0, 9, row(2, 250, 260))).toBeNull();
  });

  it('erases one label or any', () => {
    const mask = new MaskStore(20, 20);
    mask.replace(0, 1, row(0, 0, 10));
    mask.replace(0, 2, row(0, 10, 20));
    mask.replace(1, 0, row(0, 5, 15));
    expect([4, 5, 10, 15].map((x) => mask.labelAt(x, 0))).toEqual([1, 0, 2, 2]);
    mask.replace(ANY_LABEL, 0, row(0, 0, 20));
    expect(mask.exportTiles()).toEqual([]);
  });

  it('finish reports changed tiles with runs before and after, and the labels that gained or lost pixels', () => {
    const mask = new MaskStore(600, 600);
    const before = new Uint16Array(TILE_AREA_PX).fill(3, 0, 100);
    mask.load([{ tileX: 0, tileY: 0, runs: encodeTileRuns(before) }]);
    mask.record();
    mask.replace(0, 4, row(0, 90, 300));
    const { tiles, labels } = mask.finish();
    expect([...labels]).toEqual([4]);
    expect(tiles.map(({ tileX, tileY }) => [tileX, tileY])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(tiles[0]?.before).toEqual(encodeTileRuns(before));
    expect(tiles[1]?.before).toHaveLength(0);
    expect(mask.statsOf(4)).toEqual({ areaPx: 200, box: { x: 100, y: 0, width: 200, height: 1 } });
    expect(mask.statsOf(3)).toEqual({ areaPx: 100, box: { x: 0, y: 0, width: 100, height: 1 } });
    expect(mask.statsOf(5)).toBeNull();
  });

  it('a recording that changed nothing reports nothing and keeps no empty tile', () => {
    const mask = new MaskStore(300, 300);
    mask.record();
    mask.replace(0, 1, row(5, 5, 6));
    mask.replace(1, 0, row(5, 5, 6));
    expect(mask.finish()).toEqual({ tiles: [], labels: new Set() });
    expect(mask.usedTiles()).toEqual([]);
  });

  it('restore takes the recording back', () => {
    const mask = new MaskStore(300, 300);
    mask.replace(0, 1, row(0, 0, 10));
    const tiles = mask.exportTiles();
    mask.record();
    mask.replace(0, 2, row(0, 5, 290));
    mask.replace(1, 0, row(0, 0, 3));
    mask.restore();
    expect(mask.exportTiles()).toEqual(tiles);
  });

  it('copyBox cuts a box out of several tiles', () => {
    const mask = new MaskStore(300, 300);
    mask.replace(0, 1, row(256, 250, 262));
    const copy = mask.copyBox({ x: 254, y: 255, width: 5, height: 2 });
    expect(Array.from(copy)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('refuses tiles that do not fill up', () => {
    expect(() => new MaskStore(10, 10).load([{ tileX: 0, tileY: 0, runs: Uint32Array.from([1, 5]) }])).toThrow(/fill/);
  });
});
