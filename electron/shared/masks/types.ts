import { z } from 'zod';

/** Side of a mask tile in pixels. Tiles at the right and bottom edge are stored full size, zero outside the image. */
export const MASK_TILE_SIDE_PX = 256;

/** The largest label a mask can hold; 0 is background. */
export const MAX_LABEL = 65_535;

/**
 * One 256×256 tile of a label mask as row-major runs. `runs` holds pairs [label, length]; the lengths sum to 65,536.
 * A tile that is all background is not stored (an empty `runs` in an edit means: the tile became empty).
 */
export const maskTileSchema = z.object({
  tileX: z.int().nonnegative(),
  tileY: z.int().nonnegative(),
  runs: z.custom<Uint32Array>((value) => value instanceof Uint32Array),
});
export type MaskTile = { tileX: number; tileY: number; runs: Uint32Array };
