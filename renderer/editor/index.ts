/** The picture, its masks and the tools: see `editor-api.ts` for state and commands. */
export type { EditorCommands, EditorState, Histogram, MaskView, SaveState, StretchPreset, ToolId } from './editor-api';
export { stretchPresets, toolIds } from './editor-api';
export { editorCommands } from './editor';
export { useEditor } from './state';
export { DisplayPanel } from './view/display-panel';
export { EditorCanvas } from './view/editor-canvas';
export { EditorStatusLine } from './view/editor-status-line';
export { EditorToolbar } from './view/editor-toolbar';
export { Minimap } from './view/minimap';
