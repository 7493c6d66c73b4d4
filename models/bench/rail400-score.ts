/** Boxes hit and false instances of one picture. Kernels: results in, counts out. */
import { boxBottom, boxRight, type Box } from '#shared/geometry/box';
import { decodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import { MASK_TILE_SIDE_PX, type MaskTile } from '#shared/masks/types';
import type { InferImageOutput } from '#shared/ports/inference';
import type { LabelBox } from './rail400-data';

export const DEFECT_CLASS = 0;

export interface BoxScore {
  images: number;
  defectBoxes: number;
  /** defect boxes that hold at least one pixel of a predicted instance */
  defectBoxesHit: number;
  instances: number;
  /** instances without a pixel in any defect box */
  falseInstances: number;
  /** those of them without a pixel in a box of any class either */
  falseInstancesOffAllBoxes: number;
  tiles: number;
}

export const emptyScore: BoxScore = {
  images: 0,
  defectBoxes: 0,
  defectBoxesHit: 0,
  instances: 0,
  falseInstances: 0,
  falseInstancesOffAllBoxes: 0,
  tiles: 0,
};

export function scoreImage(
  output: Pick<InferImageOutput, 'header' | 'instances' | 'tiles' | 'tileCount'>,
  labels: readonly LabelBox[],
): BoxScore {
  const { width, height } = output.header;
  const found = labels.map((label) => ({ label, instances: labelsInBox(output.tiles, pixelBox(label, width, height)) }));
  const defects = found.filter(({ label }) => label.classId === DEFECT_CLASS);
  const outside = (boxes: typeof found): number =>
    output.instances.filter((instance) => !boxes.some(({ instances }) => instances.has(instance.label))).length;
  return {
    images: 1,
    defectBoxes: defects.length,
    defectBoxesHit: defects.filter(({ instances }) => instances.size > 0).length,
    instances: output.instances.length,
    falseInstances: outside(defects),
    falseInstancesOffAllBoxes: outside(found),
    tiles: output.tileCount,
  };
}

export function addScores(a: BoxScore, b: BoxScore): BoxScore {
  const sum = { ...a };
  for (const key of Object.keys(sum) as (keyof BoxScore)[]) sum[key] += b[key];
  return sum;
}

/** Labels are written with six decimals: a pixel is touched only by more than this part of it. */
const TOUCH_PX = 0.01;

/** The pixels that the label touches. */
export function pixelBox(label: LabelBox, imageWidth: number, imageHeight: number): Box {
  const left = Math.max(0, Math.floor((label.centreX - label.width / 2) * imageWidth + TOUCH_PX));
  const top = Math.max(0, Math.floor((label.centreY - label.height / 2) * imageHeight + TOUCH_PX));
  const right = Math.min(imageWidth, Math.ceil((label.centreX + label.width / 2) * imageWidth - TOUCH_PX));
  const bottom = Math.min(imageHeight, Math.ceil((label.centreY + label.height / 2) * imageHeight - TOUCH_PX));
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** The labels other than background that occur inside the box. */
export function labelsInBox(tiles: readonly MaskTile[], box: Box): Set<number> {
  const found = new Set<number>();
  const labels = new Uint16Array(TILE_AREA_PX);
  for (const { tileX, tileY, runs } of tiles) {
    const [left, top] = [tileX * MASK_TILE_SIDE_PX, tileY * MASK_TILE_SIDE_PX];
    const fromX = Math.max(0, box.x - left);
    const fromY = Math.max(0, box.y - top);
    const toX = Math.min(MASK_TILE_SIDE_PX, boxRight(box) - left);
    const toY = Math.min(MASK_TILE_SIDE_PX, boxBottom(box) - top);
    if (fromX >= toX || fromY >= toY) continue;
    decodeTileRuns(runs, labels);
    for (let y = fromY; y < toY; y++) {
      for (let x = fromX; x < toX; x++) found.add(labels[y * MASK_TILE_SIDE_PX + x] ?? 0);
    }
  }
  found.delete(0);
  return found;
}
