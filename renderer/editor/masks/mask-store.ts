import type { Box } from '#shared/geometry/box';
import { intersectBoxes, uniteBoxes } from '#shared/geometry/box';
import { addStats, statsOfTileRuns } from '#shared/masks/label-stats';
import type { LabelStats } from '#shared/masks/label-stats';
import type { SpanSource } from '#shared/masks/spans';
import { sameRuns, tileBox } from '#shared/masks/tile-diff';
import { decodeTileRuns, encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import { MASK_TILE_SIDE_PX } from '#shared/masks/types';
import type { MaskTile } from '#shared/masks/types';

/** As `from` of `replace`: any label, but not the background. */
export const ANY_LABEL = -1;

/** One tile as a gesture found and left it. */
export interface TileChange {
  tileX: number;
  tileY: number;
  before: Uint32Array;
  after: Uint32Array;
}

interface StoredTile {
  tileX: number;
  tileY: number;
  labels: Uint16Array;
  /** as of the last load or finished recording */
  stats: ReadonlyMap<number, LabelStats>;
}

const noRuns = new Uint32Array(0);
const side = MASK_TILE_SIDE_PX;

/** A label mask in lazily allocated 256×256 tiles. Writes between `record` and `finish` or `restore` can be taken back. */
export class MaskStore {
  readonly columns: number;
  readonly rows: number;
  private readonly tiles = new Map<number, StoredTile>();
  /** copies of the tiles written since `record`; null = the tile did not exist */
  private recording: Map<number, Uint16Array | null> | null = null;

  constructor(
    readonly widthPx: number,
    readonly heightPx: number,
  ) {
    this.columns = Math.ceil(widthPx / side);
    this.rows = Math.ceil(heightPx / side);
  }

  /** @throws bad-request when runs do not describe a tile */
  load(tiles: readonly MaskTile[]): void {
    this.tiles.clear();
    for (const tile of tiles) this.setTile(tile.tileX, tile.tileY, tile.runs);
  }

  /** 0 outside the picture. */
  labelAt(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.widthPx || y >= this.heightPx) return 0;
    const tile = this.tiles.get(this.keyOf(Math.floor(x / side), Math.floor(y / side)));
    return tile?.labels[(y % side) * side + (x % side)] ?? 0;
  }

  /** The labels of a tile, row-major; undefined = all background. Not to be written to. */
  tileLabels(tileX: number, tileY: number): Uint16Array | undefined {
    if (tileX < 0 || tileY < 0 || tileX >= this.columns || tileY >= this.rows) return undefined;
    return this.tiles.get(this.keyOf(tileX, tileY))?.labels;
  }

  /** Places of the tiles that are not all background. */
  usedTiles(): { tileX: number; tileY: number }[] {
    return [...this.tiles.values()].map(({ tileX, tileY }) => ({ tileX, tileY }));
  }

  /**
   * Writes `to` on those pixels of the spans that hold `from`.
   * @returns the box of the written spans inside the picture, null when nothing changed
   */
  replace(from: number, to: number, spans: SpanSource): Box | null {
    let changed: Box | null = null;
    spans((y, spanX0, spanX1) => {
      if (y < 0 || y >= this.heightPx) return;
      const x0 = Math.max(0, spanX0);
      const x1 = Math.min(this.widthPx, spanX1);
      if (x1 > x0 && this.replaceInRow(from, to, y, x0, x1)) {
        const row = { x: x0, y, width: x1 - x0, height: 1 };
        changed = changed ? uniteBoxes(changed, row) : row;
      }
    });
    return changed;
  }

  /** Replaces a whole tile; empty runs drop it. @returns its box */
  setTile(tileX: number, tileY: number, runs: Uint32Array): Box {
    const key = this.keyOf(tileX, tileY);
    this.remember(key);
    if (runs.length === 0) {
      this.tiles.delete(key);
    } else {
      const labels = this.tiles.get(key)?.labels ?? new Uint16Array(TILE_AREA_PX);
      decodeTileRuns(runs, labels);
      this.tiles.set(key, { tileX, tileY, labels, stats: statsOfTileRuns(tileX, tileY, runs) });
    }
    return tileBox(tileX, tileY);
  }

  exportTiles(): MaskTile[] {
    return [...this.tiles.values()]
      .map(({ tileX, tileY, labels }) => ({ tileX, tileY, runs: encodeTileRuns(labels) }))
      .filter((tile) => tile.runs.length > 0);
  }

  /** Area and tight box of a label as of the last finished recording; null where it has no pixel. */
  statsOf(label: number): LabelStats | null {
    const sum = new Map<number, LabelStats>();
    for (const tile of this.tiles.values()) {
      const part = tile.stats.get(label);
      if (part) addStats(sum, label, part);
    }
    return sum.get(label) ?? null;
  }

  /** A copy of the labels of a box that lies inside the picture. */
  copyBox(box: Box): Uint16Array {
    const copy = new Uint16Array(box.width * box.height);
    for (const tile of this.tiles.values()) {
      const common = intersectBoxes(tileBox(tile.tileX, tile.tileY), box);
      if (!common) continue;
      for (let y = common.y; y < common.y + common.height; y++) {
        const start = (y % side) * side + (common.x % side);
        copy.set(tile.labels.subarray(start, start + common.width), (y - box.y) * box.width + (common.x - box.x));
      }
    }
    return copy;
  }

  record(): void {
    this.recording = new Map();
  }

  /** Ends the recording. @returns the tiles that differ from before, and which labels gained or lost pixels in them */
  finish(): { tiles: TileChange[]; labels: Set<number> } {
    const tiles: TileChange[] = [];
    const labels = new Set<number>();
    for (const [key, copy] of this.endRecording()) {
      const tileX = key % this.columns;
      const tileY = (key - tileX) / this.columns;
      const before = copy ? encodeTileRuns(copy) : noRuns;
      const current = this.tiles.get(key);
      const after = current ? encodeTileRuns(current.labels) : noRuns;
      if (after.length === 0) this.tiles.delete(key);
      if (sameRuns(before, after)) continue;
      const statsBefore = statsOfTileRuns(tileX, tileY, before);
      const statsAfter = statsOfTileRuns(tileX, tileY, after);
      if (current) current.stats = statsAfter;
      for (const label of [...statsBefore.keys(), ...statsAfter.keys()]) {
        if (!sameStats(statsBefore.get(label), statsAfter.get(label))) labels.add(label);
      }
      tiles.push({ tileX, tileY, before, after });
    }
    return { tiles, labels };
  }

  /** Ends the recording and takes its writes back. @returns the box that changed, null when nothing was written */
  restore(): Box | null {
    let changed: Box | null = null;
    for (const [key, copy] of this.endRecording()) {
      const tileX = key % this.columns;
      const box = this.setTile(tileX, (key - tileX) / this.columns, copy ? encodeTileRuns(copy) : noRuns);
      changed = changed ? uniteBoxes(changed, box) : box;
    }
    return changed;
  }

  private keyOf(tileX: number, tileY: number): number {
    return tileY * this.columns + tileX;
  }

  private endRecording(): Map<number, Uint16Array | null> {
    const recorded = this.recording ?? new Map<number, Uint16Array | null>();
    this.recording = null;
    return recorded;
  }

  private remember(key: number): void {
    if (this.recording && !this.recording.has(key)) this.recording.set(key, this.tiles.get(key)?.labels.slice() ?? null);
  }

  private replaceInRow(from: number, to: number, y: number, x0: number, x1: number): boolean {
    let changed = false;
    const tileY = Math.floor(y / side);
    for (let tileX = Math.floor(x0 / side); tileX * side < x1; tileX++) {
      const key = this.keyOf(tileX, tileY);
      const known = this.tiles.get(key);
      if (!known && from !== 0) continue;
      this.remember(key);
      const tile = known ?? this.allocate(key, tileX, tileY);
      const row = (y % side) * side - tileX * side;
      const start = row + Math.max(x0, tileX * side);
      const end = row + Math.min(x1, (tileX + 1) * side);
      changed = replaceIn(tile.labels, start, end, from, to) || changed;
    }
    return changed;
  }

  private allocate(key: number, tileX: number, tileY: number): StoredTile {
    const tile = { tileX, tileY, labels: new Uint16Array(TILE_AREA_PX), stats: new Map<number, LabelStats>() };
    this.tiles.set(key, tile);
    return tile;
  }
}

function replaceIn(labels: Uint16Array, start: number, end: number, from: number, to: number): boolean {
  let changed = false;
  for (let i = start; i < end; i++) {
    const label = labels[i];
    if (label === to || (from === ANY_LABEL ? label === 0 : label !== from)) continue;
    labels[i] = to;
    changed = true;
  }
  return changed;
}

/** Within one gesture a label either grows or shrinks, so equal area and box mean equal pixels. */
function sameStats(a: LabelStats | undefined, b: LabelStats | undefined): boolean {
  if (!a || !b) return a === b;
  return (
    a.areaPx === b.areaPx && a.box.x === b.box.x && a.box.y === b.box.y && a.box.width === b.box.width && a.box.height === b.box.height
  );
}
