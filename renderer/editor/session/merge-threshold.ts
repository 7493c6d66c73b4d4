import type { Defect, MaskLayer } from '#shared/domain/defect';
import type { SpanSource } from '#shared/masks/spans';
import { diffTiles } from '#shared/masks/tile-diff';
import { MASK_TILE_SIDE_PX } from '#shared/masks/types';
import type { MaskTile } from '#shared/masks/types';
import { MaskStore } from '../masks/mask-store';
import type { DefectEdit } from './edit-session';

/**
 * The review mask after the threshold moved. What the inspector touched stays as it is: defects drawn or corrected by
 * hand, accepted or rejected ones, and ones with a grade, a note or another class. The rest is replaced by the new layer.
 * New defects never cover kept pixels, and one that is mostly covered by kept defects is left out.
 * @param layer the network's defects at the new threshold
 * @param proposals the network's defects at the present threshold: what differs from them was corrected by hand
 * @param freshLabel gives labels for new defects whose own label is taken by a kept one
 */
export function mergeThreshold(
  review: { mask: MaskStore; defects: readonly Defect[] },
  layer: MaskLayer,
  proposals: readonly Defect[],
  freshLabel: () => number,
): { tiles: MaskTile[]; edits: DefectEdit[] } {
  const current = review.mask.exportTiles();
  const untouched = new Set(proposals.map(shapeOf));
  const kept = review.defects.filter((defect) => isJudged(defect) || !untouched.has(shapeOf(defect)));
  const keptLabels = new Set(kept.map((defect) => defect.label));
  const merged = new MaskStore(review.mask.widthPx, review.mask.heightPx);
  merged.load(keepLabels(current, keptLabels));

  const added: Defect[] = [];
  merged.record();
  const spans = spansByLabel(layer.tiles);
  for (const defect of layer.defects) {
    const own = spans.get(defect.label);
    if (!own || mostlyCovered(merged, own, defect.areaPx)) continue;
    const label = keptLabels.has(defect.label) ? freshLabel() : defect.label;
    merged.replace(0, label, own);
    added.push({ ...defect, label });
  }
  merged.finish();
  const placed = added.flatMap((defect) => {
    const stats = merged.statsOf(defect.label);
    return stats ? [{ ...defect, ...stats }] : [];
  });
  return { tiles: diffTiles(current, merged.exportTiles()), edits: defectEdits(review.defects, keptLabels, placed) };
}

function isJudged(defect: Defect): boolean {
  return defect.origin === 'human' || defect.decision !== 'unreviewed' || defect.grade !== 'unset' || defect.note !== '';
}

/** The same for two defects of one class with the same extent and area. */
function shapeOf({ classCode, box, areaPx }: Defect): string {
  return [classCode, box.x, box.y, box.width, box.height, areaPx].join(' ');
}

function keepLabels(tiles: readonly MaskTile[], labels: ReadonlySet<number>): MaskTile[] {
  return tiles.flatMap((tile) => {
    const runs = tile.runs.map((value, index) => (index % 2 === 0 && !labels.has(value) ? 0 : value));
    return runs.some((value, index) => index % 2 === 0 && value !== 0) ? [{ ...tile, runs }] : [];
  });
}

function defectEdits(before: readonly Defect[], kept: ReadonlySet<number>, added: readonly Defect[]): DefectEdit[] {
  const known = new Map(before.map((defect) => [defect.label, defect]));
  const changed = added.filter((defect) => JSON.stringify(known.get(defect.label)) !== JSON.stringify(defect));
  const stays = new Set([...kept, ...added.map((defect) => defect.label)]);
  const removed = before.filter((defect) => !stays.has(defect.label));
  return [...removed.map(({ label }) => ({ label, after: null })), ...changed.map((after) => ({ label: after.label, after }))];
}

/** Whether at least half of the defect's pixels are taken already. */
function mostlyCovered(mask: MaskStore, spans: SpanSource, areaPx: number): boolean {
  let covered = 0;
  spans((y, x0, x1) => {
    for (let x = x0; x < x1; x++) if (mask.labelAt(x, y) !== 0) covered++;
  });
  return covered * 2 >= Math.max(1, areaPx);
}

/** The pixels of every label of some tiles, as rows of spans. */
function spansByLabel(tiles: readonly MaskTile[]): Map<number, SpanSource> {
  const rows = new Map<number, number[]>();
  for (const tile of tiles) {
    let at = 0;
    for (let i = 0; i + 1 < tile.runs.length; i += 2) {
      const label = tile.runs[i] ?? 0;
      const end = at + (tile.runs[i + 1] ?? 0);
      if (label !== 0) pushRun(rows, label, tile, at, end);
      at = end;
    }
  }
  return new Map([...rows].map(([label, spans]) => [label, emitAll(spans)]));
}

function pushRun(rows: Map<number, number[]>, label: number, tile: MaskTile, start: number, end: number): void {
  const side = MASK_TILE_SIDE_PX;
  const spans = rows.get(label) ?? [];
  rows.set(label, spans);
  for (let at = start; at < end;) {
    const rowEnd = Math.min(end, (Math.floor(at / side) + 1) * side);
    const x0 = tile.tileX * side + (at % side);
    spans.push(tile.tileY * side + Math.floor(at / side), x0, x0 + rowEnd - at);
    at = rowEnd;
  }
}

function emitAll(spans: readonly number[]): SpanSource {
  return (emit) => {
    for (let i = 0; i < spans.length; i += 3) emit(spans[i] ?? 0, spans[i + 1] ?? 0, spans[i + 2] ?? 0);
  };
}
