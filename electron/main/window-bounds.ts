import { z } from 'zod';
import type { Box } from '#shared/geometry/box';
import { intersectBoxes } from '#shared/geometry/box';

export const windowStateSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int(), maximised: z.boolean() });
export type WindowState = z.infer<typeof windowStateSchema>;

export const minimumWindowSize = { width: 1100, height: 700 };
export const defaultWindowSize = { width: 1600, height: 1000 };

/** so much of the title bar must be on a screen to be grabbed, px */
const GRIP_PX = 100;

/**
 * @param stored what the last window left; null = first start
 * @param screens work areas of the screens that are there now
 * @returns size and, where it can still be reached, position of the new window
 */
export function initialBounds(
  stored: WindowState | null,
  screens: readonly Box[],
): { width: number; height: number; x?: number; y?: number } {
  if (!stored) return defaultWindowSize;
  const width = Math.max(stored.width, minimumWindowSize.width);
  const height = Math.max(stored.height, minimumWindowSize.height);
  const titleBar = { x: stored.x, y: stored.y, width, height: GRIP_PX };
  const reachable = screens.some((screen) => {
    const seen = intersectBoxes(titleBar, screen);
    return seen !== null && seen.width >= GRIP_PX && seen.y === titleBar.y;
  });
  return reachable ? { width, height, x: stored.x, y: stored.y } : { width, height };
}
