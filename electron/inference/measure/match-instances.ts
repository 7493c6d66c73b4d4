import type { DetectedInstance } from '#shared/domain/defect';
import type { Box } from '#shared/geometry/box';
import { iouOf, type Corners } from '../pipeline/instances/corners';

const MATCHED_FROM_IOU = 0.5;

/** How many instances have a partner of the same class with a box IoU of at least 0.5; each partner counts once, best pairs first. */
export function matchInstances(reference: readonly DetectedInstance[], candidate: readonly DetectedInstance[]): number {
  const pairs = reference.flatMap((expected, at) =>
    candidate.flatMap((found, to) => {
      const iou = expected.classCode === found.classCode ? iouOf(cornersOf(expected.box), cornersOf(found.box)) : 0;
      return iou >= MATCHED_FROM_IOU ? [{ at, to, iou }] : [];
    }),
  );
  const taken = { reference: new Set<number>(), candidate: new Set<number>() };
  for (const { at, to } of pairs.sort((a, b) => b.iou - a.iou)) {
    if (taken.reference.has(at) || taken.candidate.has(to)) continue;
    taken.reference.add(at);
    taken.candidate.add(to);
  }
  return taken.reference.size;
}

function cornersOf({ x, y, width, height }: Box): Corners {
  return { x0: x, y0: y, x1: x + width, y1: y + height };
}
