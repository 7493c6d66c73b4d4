/** Makes one list of what overlapping tiles saw, so that nothing is there twice and nothing is lost at their seams. */
import { areaOf, commonPart, iouOf, type Corners } from './corners';

/** One detection of one tile. */
export interface TileDetection {
  /** which tile */
  readonly window: number;
  readonly classIndex: number;
  readonly score: number;
  /** in picture pixels */
  readonly box: Corners;
}

/** Detections of one thing, and its score: the best one of all tiles that saw it. */
export interface JoinedDetections<D> {
  readonly members: D[];
  score: number;
}

/**
 * Of a thing that several tiles saw, the detection is taken that no tile's edge cuts off; then the better one. What the
 * edge of a tile cut off gives way to a detection that mostly covers it. Two cut off detections whose parts in the
 * tiles' common strip agree are two pieces of one thing. Detections of one tile are not compared: they are suppressed
 * already.
 * @param windows the tiles in picture pixels
 * @param picture its own edges cut nothing off
 * @param overlapLimit 0…1: more overlap than this means the same thing
 * @returns best first
 */
export function joinSeams<D extends TileDetection>(
  detections: readonly D[],
  windows: readonly Corners[],
  picture: { width: number; height: number },
  overlapLimit: number,
): JoinedDetections<D>[] {
  const cut = new Set(detections.filter((detection) => isCut(detection, windows[detection.window], picture)));
  const ordered = [...detections].sort((a, b) => Number(cut.has(a)) - Number(cut.has(b)) || b.score - a.score);
  const joined: JoinedDetections<D>[] = [];
  for (const detection of ordered) {
    const isSame = (other: D): boolean => {
      if (other.window === detection.window || other.classIndex !== detection.classIndex) return false;
      if (overlap(other, detection, cut) > overlapLimit) return true;
      return cut.has(other) && cut.has(detection) && agree(other, detection, windows, overlapLimit);
    };
    const known = joined.filter(({ members }) => members.some(isSame));
    const first = known[0];
    if (!first) {
      joined.push({ members: [detection], score: detection.score });
      continue;
    }
    const adds = cut.has(detection) && !first.members.some((other) => overlap(other, detection, cut) > overlapLimit);
    if (adds) first.members.push(detection);
    first.score = Math.max(first.score, detection.score);
    // a piece in the middle joins those on both sides of it
    if (adds) for (const other of known.slice(1)) mergeInto(first, other, joined);
  }
  return joined.sort((a, b) => b.score - a.score);
}

/** How much of the smaller claim is covered: over the union, or over the cut off one's own area. */
function overlap<D extends TileDetection>(kept: D, detection: D, cut: ReadonlySet<D>): number {
  if (!cut.has(detection)) return iouOf(kept.box, detection.box);
  const area = areaOf(detection.box);
  return area === 0 ? 0 : areaOf(commonPart(kept.box, detection.box)) / area;
}

/** Whether both saw the same in the strip that both tiles show. */
function agree(a: TileDetection, b: TileDetection, windows: readonly Corners[], limit: number): boolean {
  const first = windows[a.window];
  const second = windows[b.window];
  if (!first || !second) return false;
  const strip = commonPart(first, second);
  return areaOf(strip) > 0 && iouOf(commonPart(a.box, strip), commonPart(b.box, strip)) > limit;
}

/** A box that ends within a hundredth of its tile's side of an edge counts as touching it. */
const EDGE_SHARE = 0.01;

function isCut({ box }: TileDetection, window: Corners | undefined, picture: { width: number; height: number }): boolean {
  if (!window) return false;
  const dx = (window.x1 - window.x0) * EDGE_SHARE;
  const dy = (window.y1 - window.y0) * EDGE_SHARE;
  return (
    (window.x0 > 0 && box.x0 < window.x0 + dx) ||
    (window.y0 > 0 && box.y0 < window.y0 + dy) ||
    (window.x1 < picture.width && box.x1 > window.x1 - dx) ||
    (window.y1 < picture.height && box.y1 > window.y1 - dy)
  );
}

function mergeInto<D>(target: JoinedDetections<D>, other: JoinedDetections<D>, joined: JoinedDetections<D>[]): void {
  target.members.push(...other.members);
  target.score = Math.max(target.score, other.score);
  joined.splice(joined.indexOf(other), 1);
}
