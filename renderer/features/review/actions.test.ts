import { beforeEach, describe, expect, it, vi } from 'vitest';
import { create } from 'zustand';
import type { Defect } from '#shared/domain/defect';
import type { ImageRecord } from '#shared/domain/image';

interface Opened {
  document: { image: Pick<ImageRecord, 'id'> } | null;
  defects: Defect[];
  selectedLabel: number | null;
  readOnly: boolean;
  brush: { sizePx: number };
}

const useEditor = create<Opened>()(() => ({ document: null, defects: [], selectedLabel: null, readOnly: false, brush: { sizePx: 2 } }));
const commands = {
  open: vi.fn(async (id: number) => useEditor.setState({ document: { image: { id } }, selectedLabel: null })),
  select: vi.fn((label: number | null) => useEditor.setState({ selectedLabel: label })),
  setDefectDecision: vi.fn((label: number, decision: Defect['decision']) =>
    useEditor.setState((state) => ({ defects: state.defects.map((entry) => (entry.label === label ? { ...entry, decision } : entry)) })),
  ),
  setReviewStatus: vi.fn(),
  setDefectNote: vi.fn(),
  setBrush: vi.fn(),
};
const notify = vi.fn();
const invoke = vi.fn(async (channel: string, input: { imageId?: number; page?: { offset: number; limit: number } }) => {
  if (channel === 'images.indexOf') return (input.imageId ?? 0) - 1;
  const offset = input.page?.offset ?? 0;
  if (channel === 'images.page') return { total: 3, rows: [{ id: 1 }, { id: 2 }, { id: 3 }].slice(offset) };
  if (channel === 'defects.page') {
    const rows = [
      { imageId: 1, label: 1, decision: 'unreviewed' },
      { imageId: 2, label: 1, decision: 'accepted' },
      { imageId: 3, label: 7, decision: 'unreviewed' },
    ];
    return { total: 3, rows: rows.slice(offset) };
  }
  return undefined;
});
vi.mock('../../editor', () => ({ editorCommands: commands, useEditor }));
vi.mock('../../platform/bridge', () => ({ invoke }));
vi.mock('../../app/state/notify', () => ({ notify }));
vi.mock('i18next', () => ({ default: { getFixedT: () => (key: string) => key } }));
vi.stubGlobal('localStorage', { setItem: () => undefined, getItem: () => null });
const { decideDefect, finishImage, markNoDefect, scaleBrush } = await import('./actions');
const { openImage, stepDefect, useNavigation } = await import('./navigation');
const { restartQueues, setTab } = await import('../queue/queue-store');
const { typeNote } = await import('../defect/note-draft');

const defect = (label: number, y: number, decision: Defect['decision'] = 'unreviewed'): Defect => ({
  label,
  classCode: 'scuff',
  grade: 'unset',
  decision,
  note: '',
  origin: 'model',
  score: 0.5,
  box: { x: 0, y, width: 5, height: 5 },
  areaPx: 20,
});

beforeEach(async () => {
  vi.clearAllMocks();
  restartQueues();
  useEditor.setState({ document: null, defects: [], selectedLabel: null, readOnly: false });
  await openImage(1);
});

describe('deciding on defects', () => {
  it('goes down the queue to the next open defect, in another picture', async () => {
    setTab('defects');
    await stepDefect(1);
    useEditor.setState({ defects: [defect(1, 0)] });
    await decideDefect('accepted');
    expect(commands.setDefectDecision).toHaveBeenCalledWith(1, 'accepted');
    expect(useNavigation.getState().imageId).toBe(3);
    expect(commands.select).toHaveBeenLastCalledWith(7, { reveal: true });
  });

  it('goes from top to bottom within a picture while the pictures are listed', async () => {
    useEditor.setState({ defects: [defect(1, 90), defect(2, 10), defect(3, 50, 'rejected')] });
    await stepDefect(1);
    expect(useEditor.getState().selectedLabel).toBe(2);
    await decideDefect('rejected');
    expect(useEditor.getState().selectedLabel).toBe(1);
    await decideDefect('accepted');
    expect(notify).toHaveBeenCalledWith('endTitle', 'endText');
  });

  it('decides nothing while none is selected', async () => {
    useEditor.setState({ defects: [defect(1, 0)] });
    await decideDefect('accepted');
    expect(commands.setDefectDecision).not.toHaveBeenCalled();
    expect(useEditor.getState().selectedLabel).toBe(1);
  });

  it('changes nothing in a read-only project', async () => {
    useEditor.setState({ defects: [defect(1, 0)], selectedLabel: 1, readOnly: true });
    await decideDefect('accepted');
    await finishImage('accepted');
    await markNoDefect();
    expect(commands.setDefectDecision).not.toHaveBeenCalled();
    expect(commands.setReviewStatus).not.toHaveBeenCalled();
  });
});

describe('finishing pictures', () => {
  it('marks the picture, then shows the next', async () => {
    await finishImage('accepted');
    expect(commands.setReviewStatus.mock.invocationCallOrder[0]).toBeLessThan(commands.open.mock.invocationCallOrder.at(-1) ?? 0);
    expect(useNavigation.getState().imageId).toBe(2);
  });

  it('rejects open defects when there is no defect', async () => {
    useEditor.setState({ defects: [defect(1, 0), defect(2, 9, 'rejected')] });
    await markNoDefect();
    expect(commands.setDefectDecision.mock.calls).toEqual([[1, 'rejected']]);
    expect(commands.setReviewStatus).toHaveBeenCalledWith('accepted');
  });

  it('never undoes an accepted defect by one key', async () => {
    useEditor.setState({ defects: [defect(1, 0), defect(2, 9, 'accepted')] });
    await markNoDefect();
    expect(commands.setDefectDecision).not.toHaveBeenCalled();
    expect(commands.setReviewStatus).not.toHaveBeenCalled();
    expect(notify).toHaveBeenCalledWith('hasAcceptedTitle', 'hasAcceptedText', 'warning');
  });
});

describe('what is at hand', () => {
  it('saves a note being typed before another picture opens', async () => {
    useEditor.setState({ defects: [defect(4, 0)], selectedLabel: 4 });
    typeNote(4, 'grind');
    await openImage(2);
    expect(commands.setDefectNote).toHaveBeenCalledWith(4, 'grind');
    expect(commands.setDefectNote.mock.invocationCallOrder[0]).toBeLessThan(commands.open.mock.invocationCallOrder.at(-1) ?? 0);
  });

  it('stays on a picture whose edits cannot be saved', async () => {
    commands.open.mockRejectedValueOnce(new Error('disk full'));
    await expect(openImage(2)).rejects.toThrow('disk full');
    expect(useNavigation.getState().imageId).toBe(1);
  });

  it('scales the brush by at least one pixel', () => {
    scaleBrush(1.2);
    expect(commands.setBrush).toHaveBeenCalledWith({ sizePx: 3 });
    scaleBrush(1 / 1.2);
    expect(commands.setBrush).toHaveBeenLastCalledWith({ sizePx: 1 });
  });
});
