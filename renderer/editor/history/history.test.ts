import { describe, expect, it } from 'vitest';
import { commitOfStep, invertStep } from './edit-step';
import type { EditStep } from './edit-step';
import { History } from './history';

function step(action: string, runs = 0): EditStep {
  const tiles = runs > 0 ? [{ tileX: 0, tileY: 0, before: new Uint32Array(0), after: new Uint32Array(runs) }] : [];
  return { action, tiles, defects: [], reviewStatus: { before: 'unreviewed', after: 'accepted' }, threshold: null };
}

describe('History', () => {
  it('undoes and redoes in order, and forgets the redo side on a new step', () => {
    const history = new History();
    for (const action of ['a', 'b', 'c']) history.push(step(action));
    expect([history.undo()?.action, history.undo()?.action]).toEqual(['c', 'b']);
    expect(history.redo()?.action).toBe('b');
    history.push(step('d'));
    expect(history.redo()).toBeNull();
    expect([history.undo()?.action, history.undo()?.action, history.undo()?.action, history.undo()]).toEqual(['d', 'b', 'a', null]);
  });

  it('keeps at least 200 steps, however large, and more within the byte budget', () => {
    const large = new History(200, 1_000_000);
    for (let i = 0; i < 300; i++) large.push(step(`${i}`, 10_000));
    expect(large.undoDepth).toBe(200);
    const small = new History(200, 1_000_000);
    for (let i = 0; i < 300; i++) small.push(step(`${i}`));
    expect(small.undoDepth).toBe(300);
  });
});

it('an inverted step commits the state before it', () => {
  const defect = {
    label: 4,
    classCode: 'scuff',
    grade: 'unset',
    decision: 'unreviewed',
    note: '',
    origin: 'human',
    score: null,
    box: { x: 0, y: 0, width: 1, height: 1 },
    areaPx: 1,
  } as const;
  const made: EditStep = {
    action: 'brush',
    tiles: [{ tileX: 1, tileY: 2, before: new Uint32Array(0), after: Uint32Array.from([4, 1, 0, 65_535]) }],
    defects: [{ label: 4, before: null, after: defect }],
    reviewStatus: { before: 'unreviewed', after: 'in-progress' },
    threshold: { before: null, after: 0.4 },
  };
  expect(commitOfStep(made)).toMatchObject({ defects: [defect], removedLabels: [], reviewStatus: 'in-progress', threshold: 0.4 });
  const undone = commitOfStep(invertStep(made));
  expect(undone).toEqual({
    action: 'brush',
    tiles: [{ tileX: 1, tileY: 2, runs: new Uint32Array(0) }],
    defects: [],
    removedLabels: [4],
    reviewStatus: 'unreviewed',
  });
});
