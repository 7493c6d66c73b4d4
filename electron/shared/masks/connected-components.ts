import type { Box } from '../geometry/box';

/** Pixels at or above a level as runs, and the 8-connected component that each run belongs to. */
export interface ComponentRuns {
  /** number of runs; they come row by row, left to right */
  readonly runCount: number;
  /** by run: row */
  readonly rows: Int32Array;
  /** by run: first column */
  readonly starts: Int32Array;
  /** by run: column after the last */
  readonly ends: Int32Array;
  /** by run: index into `components` */
  readonly owners: Int32Array;
  /** in scan order of their first pixel */
  readonly components: readonly Component[];
}

export interface Component {
  areaPx: number;
  /** sum of the map's values over the component's pixels */
  sum: number;
  /** tight, in map pixels */
  box: Box;
}

/**
 * Joins touching pixels (also over corners) whose value is at or above `level`, by union-find on runs: no allocation
 * per pixel, memory grows with the number of runs.
 * @param map width × height values, row-major
 * @param level 0…255
 */
export function findComponents(map: Uint8Array, width: number, height: number, level: number): ComponentRuns {
  const runs = collectRuns(map, width, height, level);
  const { owners, components } = numberComponents(map, width, runs);
  return { runCount: runs.count, rows: runs.rows, starts: runs.starts, ends: runs.ends, owners, components };
}

interface Runs {
  count: number;
  rows: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
  /** union-find: an earlier run of the same component, or the run itself */
  parents: Int32Array;
}

function collectRuns(map: Uint8Array, width: number, height: number, level: number): Runs {
  const runs: Runs = {
    count: 0,
    rows: new Int32Array(1024),
    starts: new Int32Array(1024),
    ends: new Int32Array(1024),
    parents: new Int32Array(1024),
  };
  let above = 0;
  for (let y = 0; y < height; y++) {
    const rowStart = runs.count;
    const from = y * width;
    for (let x = 0; x < width; x++) {
      if ((map[from + x] ?? 0) < level) continue;
      const start = x;
      while (x < width && (map[from + x] ?? 0) >= level) x++;
      addRun(runs, y, start, x);
    }
    joinRows(runs, above, rowStart);
    above = rowStart;
  }
  return runs;
}

function addRun(runs: Runs, row: number, start: number, end: number): void {
  const at = runs.count++;
  if (at === runs.rows.length) {
    runs.rows = grown(runs.rows);
    runs.starts = grown(runs.starts);
    runs.ends = grown(runs.ends);
    runs.parents = grown(runs.parents);
  }
  runs.rows[at] = row;
  runs.starts[at] = start;
  runs.ends[at] = end;
  runs.parents[at] = at;
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Unites the runs of the newest row [rowStart, count) with those of the row above [above, rowStart) that they touch. */
function joinRows(runs: Runs, above: number, rowStart: number): void {
  const { starts, ends, parents, count } = runs;
  let upper = above;
  for (let run = rowStart; run < count; run++) {
    const start = starts[run] ?? 0;
    const end = ends[run] ?? 0;
    while (upper < rowStart && (ends[upper] ?? 0) < start) upper++;
    for (let other = upper; other < rowStart && (starts[other] ?? 0) <= end; other++) unite(parents, run, other);
  }
}

function unite(parents: Int32Array, a: number, b: number): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  // the earlier run stays root, so that components are numbered in scan order
  if (rootA < rootB) parents[rootB] = rootA;
  else parents[rootA] = rootB;
}

function rootOf(parents: Int32Array, run: number): number {
  let at = run;
  for (;;) {
    const parent = parents[at] ?? at;
    if (parent === at) return at;
    const above = parents[parent] ?? parent;
    parents[at] = above;
    at = above;
  }
}

function numberComponents(map: Uint8Array, width: number, runs: Runs): { owners: Int32Array; components: Component[] } {
  const owners = new Int32Array(runs.count);
  const components: Component[] = [];
  for (let run = 0; run < runs.count; run++) {
    const root = rootOf(runs.parents, run);
    const row = runs.rows[run] ?? 0;
    const start = runs.starts[run] ?? 0;
    const end = runs.ends[run] ?? 0;
    let owner = owners[root] ?? 0;
    if (root === run) owner = components.push({ areaPx: 0, sum: 0, box: { x: start, y: row, width: end - start, height: 1 } }) - 1;
    owners[run] = owner;
    const component = components[owner];
    if (component) extend(component, map, row * width, row, start, end);
  }
  return { owners, components };
}

function extend(component: Component, map: Uint8Array, from: number, row: number, start: number, end: number): void {
  const { box } = component;
  const right = Math.max(box.x + box.width, end);
  box.x = Math.min(box.x, start);
  box.width = right - box.x;
  box.height = row - box.y + 1;
  component.areaPx += end - start;
  let sum = 0;
  for (let x = start; x < end; x++) sum += map[from + x] ?? 0;
  component.sum += sum;
}
