import { create } from 'zustand';
import type { EditorStage } from '../canvas/editor-stage';

/** The canvas on screen, for what stands beside it (minimap). */
export const useCurrentStage = create<{ stage: EditorStage | null }>()(() => ({ stage: null }));
