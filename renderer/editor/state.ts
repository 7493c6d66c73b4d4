import { create } from 'zustand';
import type { EditorState } from './editor-api';

export const initialEditorState: EditorState = {
  document: null,
  loading: false,
  loadError: null,
  failure: null,
  readOnly: false,
  defects: [],
  selectedLabel: null,
  tool: 'select',
  brush: { sizePx: 12, shape: 'round' },
  activeClass: 'defect',
  maskView: 'review',
  masksVisible: true,
  maskOpacity: 0.4,
  outlinesOnly: false,
  boxesVisible: true,
  locale: 'zh-CN',
  stretch: { low: 0, high: 255, gamma: 1, invert: false },
  stretchMode: 'opening',
  histogram: null,
  thresholdPreview: null,
  zoom: 1,
  cursor: null,
  canUndo: false,
  canRedo: false,
  undoDepth: 0,
  save: { kind: 'saved' },
};

export const useEditor = create<EditorState>()(() => initialEditorState);
