import type { StoreApi } from 'zustand';
import type { Defect } from '#shared/domain/defect';
import type { Box } from '#shared/geometry/box';
import { DisplayControl } from './display/display-control';
import type { EditorCommands, EditorState } from './editor-api';
import type { EditorCore } from './session/editor-core';
import { ThresholdControl } from './session/threshold-control';

export const MAXIMUM_BRUSH_PX = 512;

/** The commands of one editor. Edits are ignored while nothing editable is open, and while a stroke is being drawn. */
export function createEditorCommands(core: EditorCore): EditorCommands {
  const { store } = core;
  const display = new DisplayControl(core);
  const threshold = new ThresholdControl(core);
  const edit = (action: string, label: number, change: Partial<Defect>): void => {
    if (core.isEditable()) core.session?.editDefects(action, [{ label, change }]);
  };
  return {
    open: (imageId) => core.open(imageId),
    close: () => core.close(),
    reload: () => core.reload(),
    flush: () => core.flush(),
    retrySave: () => core.retrySave(),
    dismissFailure: () => store.setState({ failure: null }),
    discardUnsaved: () => core.discardUnsaved(),

    select: (label, options) => select(core, label, options?.reveal ?? false),
    setDefectClass: (label, classCode) => edit('class', label, { classCode }),
    setDefectGrade: (label, grade) => edit('grade', label, { grade }),
    setDefectNote: (label, note) => edit('note', label, { note }),
    setDefectDecision: (label, decision) => edit('decision', label, { decision }),
    deleteDefect: (label) => {
      if (core.isEditable()) core.session?.deleteDefect(label);
    },
    setReviewStatus: (status) => {
      if (core.isEditable()) core.session?.setReviewStatus(status);
    },
    undo: () => travel(core, 'undo'),
    redo: () => travel(core, 'redo'),

    previewThreshold: (value) => threshold.preview(value),
    applyThreshold: (value) => threshold.apply(value),
    setRegion: (mode, box) => setRegion(core, mode, box),

    setStretch: (stretch) => display.set(stretch),
    autoStretch: () => display.applyPreset('auto'),
    resetStretch: () => display.applyPreset('full'),
    applyStretchPreset: (preset) => display.applyPreset(preset),

    fit: () => core.viewport?.fit(),
    actualSize: () => core.viewport?.actualSize(),
    zoomBy: (factor) => core.viewport?.zoomBy(factor),
    reveal: (box) => core.viewport?.reveal(box),
    ...viewCommands(store),
  };
}

type ViewCommands = Pick<
  EditorCommands,
  | 'setTool'
  | 'setBrush'
  | 'setActiveClass'
  | 'setMaskView'
  | 'setMasksVisible'
  | 'setMaskOpacity'
  | 'setOutlinesOnly'
  | 'setBoxesVisible'
  | 'setLocale'
>;

function viewCommands(store: StoreApi<EditorState>): ViewCommands {
  return {
    setTool: (tool) => store.setState({ tool }),
    setBrush: (change) => {
      const brush = { ...store.getState().brush, ...change };
      store.setState({ brush: { ...brush, sizePx: Math.min(MAXIMUM_BRUSH_PX, Math.max(1, Math.round(brush.sizePx))) } });
    },
    setActiveClass: (activeClass) => store.setState({ activeClass }),
    setMaskView: (maskView) => store.setState({ maskView }),
    setMasksVisible: (masksVisible) => store.setState({ masksVisible }),
    setMaskOpacity: (opacity) => store.setState({ maskOpacity: Math.min(1, Math.max(0, opacity)) }),
    setOutlinesOnly: (outlinesOnly) => store.setState({ outlinesOnly }),
    setBoxesVisible: (boxesVisible) => store.setState({ boxesVisible }),
    setLocale: (locale) => store.setState({ locale }),
  };
}

function select(core: EditorCore, label: number | null, reveal: boolean): void {
  const defect = label === null ? null : (core.session?.defect(label) ?? null);
  core.store.setState({ selectedLabel: defect?.label ?? null });
  if (defect && reveal) core.viewport?.reveal(defect.box);
}

/** While something is being drawn, undo takes that back instead. */
function travel(core: EditorCore, direction: 'undo' | 'redo'): void {
  const { session, viewport } = core;
  if (!session || !core.isEditable()) return;
  if (direction === 'undo' && viewport?.stepBack()) return;
  viewport?.interrupt();
  if (direction === 'undo') session.undo();
  else session.redo();
}

async function setRegion(core: EditorCore, mode: 'auto' | 'full' | 'manual', box: Box | null): Promise<void> {
  const { document } = core.store.getState();
  if (!document || !core.isEditable()) return;
  const region = await core.ports.setRegion(document.image.id, mode, box);
  const { document: present } = core.store.getState();
  if (present?.image.id === document.image.id) core.store.setState({ document: { ...present, region } });
}
