import { beforeEach, describe, expect, it } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { EditCommit, ImageDocument } from '#shared/domain/editor';
import { RailscopeError } from '#shared/errors/railscope-error';
import { TileSource } from './canvas/tile-source';
import type { EditorCommands, EditorState } from './editor-api';
import { createEditorCommands } from './editor-commands';
import { EditorCore } from './session/editor-core';
import { initialEditorState } from './state';
import { testDefect, testDocument } from './testing/documents';

/** A small project with pictures 1 (defect 1) and 2, as the database would answer. */
function project() {
  const stored = new Map<number, ImageDocument>();
  for (const id of [1, 2]) {
    const plain = testDocument(100, 80);
    const tiles = [{ tileX: 0, tileY: 0, runs: Uint32Array.from([0, 256, 1, 4, 0, 65_276]) }];
    const layer = { tiles, defects: [testDefect(1, { box: { x: 0, y: 1, width: 4, height: 1 }, areaPx: 4 })] };
    stored.set(id, { ...plain, image: { ...plain.image, id }, contentHash: `hash-${id}`, model: layer, review: layer });
  }
  return stored;
}

let stored: Map<number, ImageDocument>;
let commits: EditCommit[];
let commitFault: RailscopeError | null;
let readOnly: boolean;
let core: EditorCore;
let commands: EditorCommands;
const state = (): EditorState => core.store.getState();

beforeEach(() => {
  stored = project();
  commits = [];
  commitFault = null;
  readOnly = false;
  const ports = {
    load: async (imageId: number) => {
      const document = stored.get(imageId);
      if (!document) throw new RailscopeError('image-missing', 'gone', { path: 'x' });
      return structuredClone(document);
    },
    commit: async (commit: EditCommit) => {
      if (commitFault) throw commitFault;
      commits.push(commit);
      const document = stored.get(commit.imageId);
      if (!document) throw new Error('no such picture');
      const revision = commit.baseRevision + 1;
      stored.set(commit.imageId, { ...document, revision });
      return { revision, image: document.image };
    },
    rethreshold: async (imageId: number, threshold: number) => {
      const model = stored.get(imageId)?.model;
      return threshold < 0.8 && model ? model : { tiles: [], defects: [] };
    },
    setRegion: async (
      _: number,
      mode: 'auto' | 'full' | 'manual',
      box: null | { x: number; y: number; width: number; height: number },
    ) => ({ mode, box }),
    isReadOnly: async () => readOnly,
    tiles: new TileSource(async () => ({
      width: 100,
      height: 80,
      channels: 1 as const,
      bitDepth: 8 as const,
      samples: new Uint8Array(8000).fill(9),
    })),
  };
  core = new EditorCore(
    ports,
    createStore<EditorState>()(() => initialEditorState),
  );
  commands = createEditorCommands(core);
});

describe('opening', () => {
  it('shows the picture with its defects and a stretch for dark ones', async () => {
    await commands.open(1);
    expect(state()).toMatchObject({ loading: false, loadError: null, save: { kind: 'saved' }, stretch: { low: 9, high: 11 } });
    expect(state().document).toMatchObject({ contentHash: 'hash-1', revision: 0 });
    expect(state().document).not.toHaveProperty('review');
    expect(state().defects.map((defect) => defect.label)).toEqual([1]);
  });

  it('a picture that cannot be loaded is an error on show, and the next one opens', async () => {
    await commands.open(99);
    expect(state()).toMatchObject({ document: null, loading: false, loadError: { code: 'image-missing' } });
    await commands.open(2);
    expect(state()).toMatchObject({ loadError: null });
    expect(state().document?.image.id).toBe(2);
  });

  it('the latest of several openings wins', async () => {
    await Promise.all([commands.open(1), commands.open(2)]);
    expect(state().document?.image.id).toBe(2);
  });

  it('keeps a stretch that was set by hand, works a preset out anew', async () => {
    await commands.open(1);
    commands.setStretch({ low: 3, high: 50, gamma: 2 });
    await commands.open(2);
    expect(state().stretch).toEqual({ low: 3, high: 50, gamma: 2, invert: false });
    commands.resetStretch();
    expect(state().stretch).toEqual({ low: 0, high: 255, gamma: 1, invert: false });
    commands.autoStretch();
    expect(state().stretch).toMatchObject({ low: 9, high: 11 });
  });
});

describe('editing', () => {
  beforeEach(() => commands.open(1));

  it('every change is saved as its own commit and undone in order', async () => {
    commands.setDefectClass(1, 'scuff');
    commands.setDefectGrade(1, 'minor');
    commands.setDefectNote(1, 'n');
    commands.setDefectDecision(1, 'accepted');
    commands.setReviewStatus('second-look');
    await commands.flush();
    expect(commits.map((commit) => commit.action)).toEqual(['class', 'grade', 'note', 'decision', 'status']);
    expect(state()).toMatchObject({ undoDepth: 5, canUndo: true, canRedo: false });
    for (let i = 0; i < 5; i++) commands.undo();
    await commands.flush();
    expect(state().defects).toEqual([stored.get(1)?.review.defects[0]]);
    expect(commits).toHaveLength(10);
    expect(state().document?.revision).toBe(10);
  });

  it('deleting removes pixels and selection; undo brings the pixels back', async () => {
    commands.select(1);
    commands.deleteDefect(1);
    expect(state()).toMatchObject({ defects: [], selectedLabel: null });
    await commands.flush();
    expect(commits[0]).toMatchObject({ removedLabels: [1], tiles: [{ tileX: 0, tileY: 0, runs: new Uint32Array(0) }] });
    commands.undo();
    expect(core.session?.mask.labelAt(3, 1)).toBe(1);
  });

  it('does not leave a picture whose edits cannot be saved, and goes on after a retry', async () => {
    commitFault = new RailscopeError('disk-full', 'full');
    commands.setDefectNote(1, 'precious');
    await expect(commands.open(2)).rejects.toMatchObject({ code: 'disk-full' });
    expect(state()).toMatchObject({ save: { kind: 'failed' }, loading: false });
    expect(state().document?.image.id).toBe(1);
    expect(state().defects[0]?.note).toBe('precious');
    await expect(commands.close()).rejects.toMatchObject({ code: 'disk-full' });
    commitFault = null;
    await commands.retrySave();
    expect(commits).toMatchObject([{ imageId: 1, contentHash: 'hash-1', defects: [{ note: 'precious' }] }]);
    await commands.open(2);
    expect(state().document?.image.id).toBe(2);
  });

  it('discarding shows the stored state again', async () => {
    commitFault = new RailscopeError('disk-full', 'full');
    commands.setDefectNote(1, 'lost on purpose');
    await expect(commands.flush()).rejects.toThrow();
    await commands.discardUnsaved();
    expect(state()).toMatchObject({ save: { kind: 'saved' }, undoDepth: 0 });
    expect(state().defects[0]?.note).toBe('');
  });

  it('a reload without news keeps the history; one with a new mask shows it', async () => {
    commands.setDefectNote(1, 'a');
    await commands.flush();
    const document = stored.get(1);
    if (!document) throw new Error('gone');
    const noted = {
      ...document,
      image: { ...document.image, reviewStatus: 'in-progress' as const },
      review: { ...document.review, defects: [...state().defects] },
    };
    stored.set(1, noted);
    await commands.reload();
    expect(state().undoDepth).toBe(1);
    stored.set(1, { ...noted, review: { tiles: [], defects: [] } });
    await commands.reload();
    expect(state()).toMatchObject({ undoDepth: 0, defects: [] });
  });

  it('applying a threshold is one undoable step', async () => {
    commands.previewThreshold(0.9);
    expect(state().thresholdPreview).toBe(0.9);
    await commands.applyThreshold(0.9);
    expect(state()).toMatchObject({ thresholdPreview: null, defects: [], undoDepth: 1 });
    expect(state().document?.threshold).toBe(0.9);
    commands.undo();
    expect(state().document?.threshold).toBe(0.5);
    expect(state().defects).toHaveLength(1);
  });
});

it('a read-only project takes no edit', async () => {
  readOnly = true;
  await commands.open(1);
  commands.setDefectNote(1, 'x');
  commands.deleteDefect(1);
  commands.setReviewStatus('accepted');
  await commands.applyThreshold(0.2);
  await commands.setRegion('manual', { x: 0, y: 0, width: 20, height: 20 });
  await commands.flush();
  expect(state()).toMatchObject({ readOnly: true, undoDepth: 0 });
  expect(state().document?.region.mode).toBe('full');
  expect(commits).toEqual([]);
});
