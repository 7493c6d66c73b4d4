import { describe, expect, it } from 'vitest';
import type { Defect, MaskLayer } from '#shared/domain/defect';
import type { SpanSource } from '#shared/masks/spans';
import { MaskStore } from '../masks/mask-store';
import { testDefect, testDocument } from '../testing/documents';
import { EditSession } from './edit-session';
import { mergeThreshold } from './merge-threshold';

type Square = [label: number, x: number, y: number, side: number, change?: Partial<Defect>];
const fill =
  (x: number, y: number, side: number): SpanSource =>
  (emit) => {
    for (let i = 0; i < side; i++) emit(y + i, x, x + side);
  };

function layerOf(squares: readonly Square[]): MaskLayer {
  const mask = new MaskStore(600, 300);
  const defects = squares.map(([label, x, y, side, change]) => {
    mask.replace(0, label, fill(x, y, side));
    return testDefect(label, { box: { x, y, width: side, height: side }, areaPx: side * side, ...change });
  });
  return { tiles: mask.exportTiles(), defects };
}

/** @param proposals what the network said before; the review's own undecided squares when absent */
function merged(review: readonly Square[], layer: readonly Square[], proposals: readonly Square[] = review): EditSession {
  const document = testDocument(600, 300, { review: layerOf(review) });
  const session = new EditSession(document, { width: 600, height: 300 }, { onPixels: () => undefined, onStep: () => undefined });
  const next = layerOf(layer);
  session.reserveLabels(next.defects.map((defect) => defect.label));
  const { tiles, edits } = mergeThreshold(session, next, layerOf(proposals.map(([label, x, y, side]) => [label, x, y, side])).defects, () =>
    session.freshLabel(),
  );
  session.replaceAll('threshold', tiles, edits, 0.3);
  return session;
}

const at = (session: EditSession, x: number, y: number): number => session.mask.labelAt(x, y);

describe('mergeThreshold', () => {
  it('replaces undecided network defects', () => {
    const session = merged(
      [[1, 10, 10, 10]],
      [
        [1, 10, 10, 20],
        [2, 300, 10, 5],
      ],
    );
    expect(session.defects.map(({ label, areaPx }) => [label, areaPx])).toEqual([
      [1, 400],
      [2, 25],
    ]);
    expect(session.threshold).toBe(0.3);
    expect([at(session, 25, 25), at(session, 302, 12)]).toEqual([1, 2]);
  });

  it.each([
    ['drawn by hand', { origin: 'human' }],
    ['accepted', { decision: 'accepted' }],
    ['rejected', { decision: 'rejected' }],
    ['graded', { grade: 'minor' }],
    ['with a note', { note: 'x' }],
    ['of another class', { classCode: 'scuff' }],
  ] as const)('keeps a defect that is %s', (_, change) => {
    const session = merged(
      [
        [5, 10, 10, 10, change],
        [6, 100, 100, 10],
      ],
      [[1, 400, 10, 10]],
    );
    expect(session.defect(5)).toMatchObject({ areaPx: 100, ...change });
    expect(session.defect(6)).toBeNull();
    expect([at(session, 12, 12), at(session, 105, 105), at(session, 402, 12)]).toEqual([5, 0, 1]);
  });

  it('keeps a network defect that was corrected by hand', () => {
    const corrected = merged([[5, 10, 10, 12]], [[1, 400, 10, 10]], [[5, 10, 10, 10]]);
    expect(corrected.defects.map(({ label, areaPx }) => [label, areaPx])).toEqual([
      [5, 144],
      [1, 100],
    ]);
  });

  it('gives a new label where a kept defect has it, never one that is coming in', () => {
    const session = merged(
      [[1, 10, 10, 10, { decision: 'accepted' }]],
      [
        [1, 200, 10, 10],
        [2, 300, 10, 10],
      ],
    );
    const labels = session.defects.map((defect) => defect.label);
    expect(new Set(labels).size).toBe(3);
    expect(session.defect(1)?.decision).toBe('accepted');
    expect(at(session, 205, 15)).toBe(3);
    expect(at(session, 305, 15)).toBe(2);
  });

  it('leaves out a defect mostly covered by a kept one and paints around a kept one inside a larger defect', () => {
    const ring = merged([[1, 10, 10, 10, { decision: 'rejected' }]], [[1, 9, 9, 12]]);
    expect(ring.defects.map((defect) => defect.label)).toEqual([1]);
    const around = merged([[1, 10, 10, 10, { decision: 'rejected' }]], [[2, 5, 5, 30]]);
    expect(around.defect(2)?.areaPx).toBe(900 - 100);
    expect([at(around, 12, 12), at(around, 30, 30)]).toEqual([1, 2]);
  });

  it('is one step that undo takes back', () => {
    const session = merged([[1, 10, 10, 10]], [[2, 300, 10, 5]]);
    expect(session.undoDepth).toBe(1);
    session.undo();
    expect(session.defects.map((defect) => defect.label)).toEqual([1]);
    expect([at(session, 12, 12), at(session, 302, 12), session.threshold]).toEqual([1, 0, 0.5]);
  });
});
