import { describe, expect, it } from 'vitest';
import type { EditCommit, ImageDocument } from '#shared/domain/editor';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { SaveState } from '../editor-api';
import type { StepCommit } from '../history/edit-step';
import { testDefect, testDocument } from '../testing/documents';
import { Autosave } from './autosave';
import type { EditedPicture } from './autosave';

const step = (action: string): StepCommit => ({ action, tiles: [], defects: [], removedLabels: [] });
const nothing: EditedPicture = { tiles: [], defects: [], reviewStatus: 'in-progress', threshold: null };

/** A database that stores one commit after the other, and fails when told to. */
function bench(options: { stored?: ImageDocument; current?: EditedPicture } = {}) {
  const saved: EditCommit[] = [];
  const states: SaveState['kind'][] = [];
  const faults: Error[] = [];
  let revision = options.stored?.revision ?? 0;
  let running = 0;
  const port = {
    async commit(commit: EditCommit) {
      expect(++running, 'commits overlap').toBe(1);
      await Promise.resolve();
      running--;
      const fault = faults.shift();
      if (fault) throw fault;
      if (commit.baseRevision !== revision) throw new RailscopeError('stale-revision', 'stale');
      saved.push(commit);
      return { revision: ++revision, image: testDocument(10, 10).image };
    },
    load: async () => ({ ...(options.stored ?? testDocument(10, 10)), revision }),
  };
  const autosave = new Autosave(port, { imageId: 1, contentHash: 'hash-1', revision: 0 }, () => options.current ?? nothing, {
    onState: (state) => states.push(state.kind),
    onSaved: () => undefined,
  });
  return { autosave, saved, states, faults };
}

describe('Autosave', () => {
  it('stores every step in order, one at a time, each on the revision before it', async () => {
    const { autosave, saved, states } = bench();
    for (const action of ['a', 'b', 'c']) autosave.enqueue(step(action));
    await autosave.flush();
    expect(saved.map((commit) => [commit.action, commit.baseRevision, commit.contentHash])).toEqual([
      ['a', 0, 'hash-1'],
      ['b', 1, 'hash-1'],
      ['c', 2, 'hash-1'],
    ]);
    expect(states.at(-1)).toBe('saved');
  });

  it('stores steps that come while it is saving', async () => {
    const { autosave, saved } = bench();
    autosave.enqueue(step('a'));
    await Promise.resolve();
    autosave.enqueue(step('b'));
    await autosave.flush();
    expect(saved.map((commit) => commit.action)).toEqual(['a', 'b']);
  });

  it('keeps everything after a failure, says so, and stores it in order on retry', async () => {
    const { autosave, saved, states, faults } = bench();
    faults.push(new RailscopeError('disk-full', 'full'));
    autosave.enqueue(step('a'));
    await expect(autosave.flush()).rejects.toMatchObject({ code: 'disk-full' });
    expect(states.at(-1)).toBe('failed');
    autosave.enqueue(step('b'));
    await expect(autosave.flush()).resolves.toBeUndefined();
    expect(saved.map((commit) => commit.action)).toEqual(['a', 'b']);
    expect(states.at(-1)).toBe('saved');
    expect(autosave.pending).toBe(0);
  });

  it('flush does not overwrite another writer; retry stores this window’s difference on the newer revision', async () => {
    const theirs = testDefect(1, { note: 'theirs' });
    const mine = testDefect(2, { note: 'mine' });
    const stored = testDocument(10, 10, {
      revision: 7,
      review: { tiles: [{ tileX: 0, tileY: 0, runs: Uint32Array.from([1, 65_536]) }], defects: [theirs] },
    });
    const current: EditedPicture = {
      ...nothing,
      tiles: [{ tileX: 0, tileY: 0, runs: Uint32Array.from([2, 65_536]) }],
      defects: [mine],
      threshold: 0.4,
    };
    const { autosave, saved } = bench({ stored, current });
    autosave.enqueue(step('a'));
    await expect(autosave.flush()).rejects.toMatchObject({ code: 'stale-revision' });
    await expect(autosave.flush()).rejects.toMatchObject({ code: 'stale-revision' });
    expect(saved).toEqual([]);
    await autosave.retry();
    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({ baseRevision: 7, defects: [mine], removedLabels: [1], tiles: current.tiles, threshold: 0.4 });
  });

  it('never stores on another picture that took the place', async () => {
    const { autosave, saved } = bench({ stored: testDocument(10, 10, { revision: 3, contentHash: 'other' }) });
    autosave.enqueue(step('a'));
    await expect(autosave.flush()).rejects.toMatchObject({ code: 'stale-revision' });
    await expect(autosave.retry()).rejects.toMatchObject({ code: 'image-changed' });
    expect(saved).toEqual([]);
    expect(autosave.pending).toBe(1);
  });

  it('discard gives the steps up', async () => {
    const { autosave, saved, faults, states } = bench();
    faults.push(new Error('broken'));
    autosave.enqueue(step('a'));
    await expect(autosave.flush()).rejects.toMatchObject({ code: 'internal' });
    autosave.discard();
    await autosave.flush();
    expect(saved).toEqual([]);
    expect(states.at(-1)).toBe('saved');
  });
});
