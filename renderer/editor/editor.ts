/** The window's one editor: its core wired to the bridge, the tile protocol and the zustand state. */
import { invoke } from '../platform/bridge';
import { fetchRawTile, TileSource } from './canvas/tile-source';
import { createEditorCommands } from './editor-commands';
import { EditorCore } from './session/editor-core';
import { useEditor } from './state';

export const editorCore = new EditorCore(
  {
    load: (imageId) => invoke('editor.load', { imageId }),
    commit: (commit) => invoke('editor.commit', commit),
    rethreshold: (imageId, threshold, minimumAreaPx) => invoke('editor.rethreshold', { imageId, threshold, minimumAreaPx }),
    setRegion: (imageId, mode, box) => invoke('images.setRegion', { imageId, mode, box }),
    isReadOnly: async () => (await invoke('project.info', undefined)).readOnly,
    tiles: new TileSource(fetchRawTile),
  },
  useEditor,
);

export const editorCommands = createEditorCommands(editorCore);
