import { describe, expect, it } from 'vitest';
import { sweepBrush } from '#shared/masks/brush-stamp';
import type { SpanSource } from '#shared/masks/spans';
import { decodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import type { Defect } from '#shared/domain/defect';
import type { StepCommit } from '../history/edit-step';
import { seededRandom, testDocument } from '../testing/documents';
import { EditSession } from './edit-session';

function open(width = 600, height = 400): { session: EditSession; commits: StepCommit[] } {
  const commits: StepCommit[] = [];
  const session = new EditSession(
    testDocument(width, height),
    { width, height },
    { onPixels: () => undefined, onStep: (commit) => commits.push(commit) },
  );
  return { session, commits };
}
const square =
  (x: number, y: number, side: number): SpanSource =>
  (emit) => {
    for (let i = 0; i < side; i++) emit(y + i, x, x + side);
  };

function draw(session: EditSession, spans: SpanSource, label?: number): number {
  session.begin('brush');
  const target = label ?? session.createDefect('scuff');
  session.paint(target, spans);
  session.end();
  return target;
}

/** Everything that a picture consists of, comparable byte by byte. */
function snapshot(session: EditSession): string {
  const tiles = session.mask.exportTiles().sort((a, b) => a.tileY - b.tileY || a.tileX - b.tileX);
  const defects = [...session.defects].sort((a, b) => a.label - b.label);
  return JSON.stringify({
    tiles: tiles.map((tile) => ({ ...tile, runs: [...tile.runs] })),
    defects,
    status: session.reviewStatus,
    threshold: session.threshold,
  });
}

describe('EditSession', () => {
  it('a stroke is one step, makes the defect and puts the picture in progress', () => {
    const { session, commits } = open();
    const label = draw(session, square(10, 20, 5));
    expect(session.undoDepth).toBe(1);
    expect(session.defect(label)).toMatchObject({
      classCode: 'scuff',
      origin: 'human',
      score: null,
      areaPx: 25,
      box: { x: 10, y: 20, width: 5, height: 5 },
    });
    expect(commits).toHaveLength(1);
    expect(commits[0]).toMatchObject({ action: 'brush', removedLabels: [], reviewStatus: 'in-progress' });
  });

  it('a stroke that changes nothing is no step', () => {
    const { session, commits } = open();
    session.begin('erase');
    session.erase(null, square(0, 0, 50));
    expect(session.end()).toBeNull();
    expect(commits).toEqual([]);
  });

  it('protects neighbours from painting and other defects from a selective eraser', () => {
    const { session } = open();
    const a = draw(session, square(10, 10, 10));
    const b = draw(session, square(15, 10, 10));
    expect(session.defect(a)?.areaPx).toBe(100);
    expect(session.defect(b)?.areaPx).toBe(50);
    session.begin('erase');
    session.erase(b, square(0, 0, 100));
    session.end();
    expect(session.defect(a)?.areaPx).toBe(100);
    expect(session.defect(b)).toBeNull();
  });

  it('a defect that loses its last pixel goes, and undo brings it back whole', () => {
    const { session, commits } = open();
    const label = draw(session, square(10, 10, 4));
    session.editDefects('note', [{ label, change: { note: '轨头' } }]);
    session.begin('erase');
    session.erase(null, square(0, 0, 30));
    session.end();
    expect(session.defects).toEqual([]);
    expect(commits.at(-1)).toMatchObject({ removedLabels: [label], defects: [] });
    session.undo();
    expect(session.defect(label)).toMatchObject({ note: '轨头', areaPx: 16 });
    expect(commits.at(-1)).toMatchObject({ action: 'undo erase', removedLabels: [], defects: [{ label, note: '轨头' }] });
  });

  it('cancel takes a stroke back without a step', () => {
    const { session, commits } = open();
    draw(session, square(10, 10, 4));
    const before = snapshot(session);
    session.begin('brush');
    session.paint(session.createDefect('crack'), square(12, 12, 40));
    session.cancel();
    expect(snapshot(session)).toBe(before);
    expect(commits).toHaveLength(1);
  });

  it('ignores undo and edits in mid-stroke', () => {
    const { session } = open();
    const label = draw(session, square(10, 10, 4));
    session.begin('brush');
    expect(session.undo()).toBe(false);
    expect(session.editDefects('class', [{ label, change: { classCode: 'crack' } }])).toBeNull();
    expect(session.deleteDefect(label)).toBeNull();
    session.cancel();
    expect(session.defect(label)?.classCode).toBe('scuff');
  });

  it('accepting the picture accepts its open defects in one step', () => {
    const { session } = open();
    const a = draw(session, square(10, 10, 4));
    const b = draw(session, square(50, 10, 4));
    session.editDefects('decision', [{ label: a, change: { decision: 'rejected' } }]);
    session.setReviewStatus('accepted');
    expect([session.defect(a)?.decision, session.defect(b)?.decision, session.reviewStatus]).toEqual(['rejected', 'accepted', 'accepted']);
    session.undo();
    expect([session.defect(b)?.decision, session.reviewStatus]).toEqual(['unreviewed', 'in-progress']);
  });

  it('a corrected network defect keeps its origin and score', () => {
    const { session } = open();
    const label = draw(session, square(10, 10, 4));
    session.editDefects('test', [{ label, change: { origin: 'model', score: 0.7 } }]);
    draw(session, square(14, 10, 4), label);
    expect(session.defect(label)).toMatchObject({ origin: 'model', score: 0.7, areaPx: 32 });
  });

  it('never gives a label out twice while it may come back by undo', () => {
    const { session } = open();
    const first = draw(session, square(10, 10, 4));
    session.undo();
    const second = draw(session, square(10, 10, 4));
    expect(second).not.toBe(first);
  });

  it('random strokes, edits and deletions undo and redo to byte-identical states, and commits replay to the same picture', () => {
    const random = seededRandom(42);
    const { session, commits } = open(400, 300);
    const states = [snapshot(session)];
    for (let i = 0; i < 250; i++) {
      const depth = session.undoDepth;
      randomEdit(session, random);
      if (session.undoDepth > depth) states.push(snapshot(session));
    }
    expect(states.length).toBeGreaterThan(200);
    expect(replay(commits)).toEqual(storedState(session));
    for (let i = states.length - 1; i > 0; i--) {
      expect(snapshot(session)).toBe(states[i]);
      expect(session.undo()).toBe(true);
    }
    expect(snapshot(session)).toBe(states[0]);
    expect(session.undo()).toBe(false);
    for (let i = 1; i < states.length; i++) {
      expect(session.redo()).toBe(true);
      expect(snapshot(session)).toBe(states[i]);
    }
    expect(replay(commits)).toEqual(storedState(session));
  });
});

function randomEdit(session: EditSession, random: (n: number) => number): void {
  const labels = session.defects.map((defect) => defect.label);
  const label = labels[random(Math.max(1, labels.length))];
  const kind = random(10);
  if (kind < 5 || label === undefined) {
    session.begin(kind < 4 ? 'brush' : 'erase');
    const at = (): { x: number; y: number } => ({ x: random(460) - 30 + 0.5, y: random(360) - 30 + 0.5 });
    const [from, to, sizePx] = [at(), at(), 1 + 2 * random(20)];
    const spans: SpanSource = (emit) => sweepBrush(from, to, sizePx, random(2) === 0 ? 'round' : 'square', emit);
    if (kind < 4) session.paint(random(3) === 0 && label !== undefined ? label : session.createDefect('crack'), spans);
    else session.erase(random(2) === 0 ? null : (label ?? null), spans);
    session.end();
  } else if (kind === 5) session.deleteDefect(label);
  else if (kind === 6) session.editDefects('note', [{ label, change: { note: `n${random(1000)}` } }]);
  else if (kind === 7) session.editDefects('grade', [{ label, change: { grade: random(2) === 0 ? 'minor' : 'major' } }]);
  else if (kind === 8) session.editDefects('decision', [{ label, change: { decision: random(2) === 0 ? 'accepted' : 'rejected' } }]);
  else session.setReviewStatus(random(2) === 0 ? 'in-progress' : 'second-look');
}

/** What a database holds after the commits: last tile, defect and status win. */
function replay(commits: readonly StepCommit[]): { pixels: Map<string, string>; defects: Map<number, Defect>; status: string } {
  const pixels = new Map<string, string>();
  const defects = new Map<number, Defect>();
  let status = 'unreviewed';
  for (const commit of commits) {
    for (const tile of commit.tiles) {
      if (tile.runs.length === 0) pixels.delete(`${tile.tileX},${tile.tileY}`);
      else pixels.set(`${tile.tileX},${tile.tileY}`, [...tile.runs].join());
    }
    for (const defect of commit.defects) defects.set(defect.label, defect);
    for (const label of commit.removedLabels) defects.delete(label);
    status = commit.reviewStatus ?? status;
  }
  return { pixels, defects, status };
}

function storedState(session: EditSession): ReturnType<typeof replay> {
  const labels = new Uint16Array(TILE_AREA_PX);
  const pixels = new Map(
    session.mask.exportTiles().map((tile) => {
      decodeTileRuns(tile.runs, labels);
      return [`${tile.tileX},${tile.tileY}`, [...tile.runs].join()];
    }),
  );
  return { pixels, defects: new Map(session.defects.map((defect) => [defect.label, defect])), status: session.reviewStatus };
}
