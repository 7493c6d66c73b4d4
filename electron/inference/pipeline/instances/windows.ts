/** Which windows of a picture a network of instances sees. Numbers in, numbers out. */
import type { InstanceManifest } from '#shared/domain/model';
import type { Box } from '#shared/geometry/box';
import type { InputWindow } from '../output-pass';
import { planAxis } from '../tiling';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A picture whose longer side is at most `sourceTilePx` is one window. A longer one is cut into the fewest tiles of the
 * input's proportions that cover the region, `sourceTilePx` on their longer side. The aspect is kept: the window is
 * scaled to fit into the input's top left corner.
 * @param region inside the picture, not empty
 */
export function planWindows(
  picture: Size,
  region: Box,
  { input, tiling }: Pick<InstanceManifest, 'input' | 'tiling'>,
): readonly InputWindow[] {
  const { sourceTilePx, overlapPx } = tiling;
  if (Math.max(picture.width, picture.height) <= sourceTilePx)
    return [fittedWindow({ x: 0, y: 0, width: picture.width, height: picture.height }, input)];
  const ratio = sourceTilePx / Math.max(input.width, input.height);
  const width = Math.min(picture.width, Math.round(input.width * ratio));
  const height = Math.min(picture.height, Math.round(input.height * ratio));
  const columns = planAxis(picture.width, region.x, region.width, width, overlapPx);
  const rows = planAxis(picture.height, region.y, region.height, height, overlapPx);
  return rows.flatMap((y) => columns.map((x) => fittedWindow({ x, y, width, height }, input)));
}

/** The window as large in the input as its aspect allows. */
function fittedWindow(part: Box, input: Size): InputWindow {
  const scale = Math.min(input.width / part.width, input.height / part.height);
  const targetOf = (length: number, limit: number): number => Math.min(limit, Math.max(1, Math.round(length * scale)));
  return { ...part, targetWidth: targetOf(part.width, input.width), targetHeight: targetOf(part.height, input.height) };
}
