import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DetectedInstance } from '#shared/domain/defect';
import { encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import type { MaskTile } from '#shared/masks/types';
import { parseYolo, readRail400, type LabelBox } from './rail400-data';
import { addScores, emptyScore, labelsInBox, pixelBox, scoreImage } from './rail400-score';
import { markdownTable } from './table';

/** A 512 × 256 picture of two mask tiles; `pixels` are [x, y, label]. */
function tilesOf(...pixels: [number, number, number][]): MaskTile[] {
  return [0, 1].map((tileX) => {
    const labels = new Uint16Array(TILE_AREA_PX);
    for (const [x, y, label] of pixels) if (Math.floor(x / 256) === tileX) labels[y * 256 + (x % 256)] = label;
    return { tileX, tileY: 0, runs: encodeTileRuns(labels) };
  });
}

const instance = (label: number): DetectedInstance => ({
  label,
  classCode: 'defect',
  score: 0.9,
  box: { x: 0, y: 0, width: 1, height: 1 },
  areaPx: 1,
});
const box = (classId: number, x: number, y: number, width: number, height: number): LabelBox => ({
  classId,
  centreX: (x + width / 2) / 512,
  centreY: (y + height / 2) / 256,
  width: width / 512,
  height: height / 256,
});
const header = { format: 'png', width: 512, height: 256, channels: 1, bitDepth: 8 } as const;

describe('labelsInBox', () => {
  const tiles = tilesOf([255, 10, 1], [256, 10, 2], [300, 200, 3]);

  it('looks across tile borders and holds to the box', () => {
    expect(labelsInBox(tiles, { x: 255, y: 10, width: 2, height: 1 })).toEqual(new Set([1, 2]));
    expect(labelsInBox(tiles, { x: 256, y: 0, width: 44, height: 256 })).toEqual(new Set([2]));
    expect(labelsInBox(tiles, { x: 0, y: 11, width: 512, height: 189 })).toEqual(new Set());
    expect(labelsInBox(tiles, { x: 300, y: 200, width: 1, height: 1 })).toEqual(new Set([3]));
  });
});

describe('pixelBox', () => {
  it('covers every pixel that the label touches, inside the picture', () => {
    expect(pixelBox(box(0, 10, 20, 30, 40), 512, 256)).toEqual({ x: 10, y: 20, width: 30, height: 40 });
    expect(pixelBox({ classId: 0, centreX: 0.01, centreY: 0.99, width: 0.1, height: 0.1 }, 100, 100)).toEqual({
      x: 0,
      y: 94,
      width: 6,
      height: 6,
    });
  });
});

describe('scoreImage', () => {
  it('counts hits by pixels and false instances in both ways', () => {
    const output = {
      header,
      tileCount: 6,
      // 1 and 2 in the first defect box, 3 on dirt only, 4 nowhere
      instances: [instance(1), instance(2), instance(3), instance(4)],
      tiles: tilesOf([50, 50, 1], [60, 60, 2], [200, 20, 3], [400, 250, 4]),
    };
    const labels = [box(0, 40, 40, 30, 30), box(0, 100, 100, 20, 20), box(1, 190, 10, 20, 20)];
    const score = scoreImage(output, labels);
    expect(score).toEqual({
      images: 1,
      defectBoxes: 2,
      defectBoxesHit: 1,
      instances: 4,
      falseInstances: 2,
      falseInstancesOffAllBoxes: 1,
      tiles: 6,
    });
    expect(addScores(addScores(emptyScore, score), score)).toMatchObject({ images: 2, defectBoxesHit: 2, tiles: 12 });
  });
});

describe('rail400 data', () => {
  it('joins pictures, splits and labels', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'railscope-rail400-'));
    await mkdir(path.join(folder, 'labels_nc3'));
    await writeFile(path.join(folder, 'meta.csv'), 'name,run,split_location\n001,r,test\n002,r,val\n');
    await writeFile(path.join(folder, 'labels_nc3/001.txt'), '0 0.5 0.25 0.1 0.2\n2 0.1 0.1 0.1 0.1\n');
    expect(await readRail400(folder)).toEqual([
      {
        name: '001',
        path: path.join(folder, 'images/001.jpg'),
        split: 'test',
        boxes: [
          { classId: 0, centreX: 0.5, centreY: 0.25, width: 0.1, height: 0.2 },
          { classId: 2, centreX: 0.1, centreY: 0.1, width: 0.1, height: 0.1 },
        ],
      },
      { name: '002', path: path.join(folder, 'images/002.jpg'), split: 'val', boxes: [] },
    ]);
    await rm(folder, { recursive: true });
  });

  it('refuses lines that are no labels', () => {
    expect(() => parseYolo('0 0.5 0.5')).toThrow('not a label: 0 0.5 0.5');
    expect(() => parseYolo('0 a b c d')).toThrow('not a label');
  });
});

it('aligns a table', () => {
  expect(markdownTable(['a', 'long title'], [['12345', 'x']])).toBe(
    '| a     | long title |\n| ----- | ---------- |\n| 12345 | x          |',
  );
});
