import type { DetectedInstance } from '#shared/domain/defect';
import { intersectBoxes, type Box } from '#shared/geometry/box';

const MATCHED_FROM_IOU = 0.5;

/** How many instances have a partner of the same class with a box IoU of at least 0.5; each partner counts once, best pairs first. */
export function matchInstances(reference: readonly DetectedInstance[], candidate: readonly DetectedInstance[]): number {
  const pairs = reference.flatMap((expected, at) =>
    candidate.flatMap((found, to) => {
      const iou = expected.classCode === found.classCode ? boxIou(expected.box, found.box) : 0;
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

function boxIou(a: Box, b: Box): number {
  const common = intersectBoxes(a, b);
  const both = common ? common.width * common.height : 0;
  return both / (a.width * a.height + b.width * b.height - both);
}
