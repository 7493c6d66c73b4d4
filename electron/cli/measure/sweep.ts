/** Which settings are measured, and which is the best: plans and choices only, nothing runs here. */
import { backendOfChoice, deviceChoiceSchema, type DeviceChoice, type DeviceState, type Precision } from '#shared/domain/model';
import type { Latency } from '#shared/measure/latency';
import type { Speed } from '#shared/domain/measurement';

export const sweepStages = ['precision', 'threads', 'batch', 'processes'] as const;
export type SweepStage = (typeof sweepStages)[number];

export interface Setting {
  device: DeviceChoice;
  precision: Precision;
  /** per process; 0 = chosen by the backend */
  threads: number;
  batch: number;
  /** at the same time, each with a session of its own */
  processes: number;
}

export interface Measured {
  stage: SweepStage;
  setting: Setting;
  speed: Speed;
  /** of one run of `batch` tiles */
  latency: Latency;
  /** of all processes together */
  tilesPerSecond: number;
}

/** @param wanted empty = all that are available */
export function devicesToMeasure(states: readonly DeviceState[], wanted: readonly DeviceChoice[]): DeviceChoice[] {
  if (wanted.length > 0) return [...wanted];
  const choices = deviceChoiceSchema.exclude(['auto']).options;
  return states.flatMap(({ backend, available }) => choices.filter((choice) => available && backendOfChoice[choice] === backend));
}

/** What a device can run of what the model has. @param wanted empty = all */
export function precisionsOf(device: DeviceChoice, model: readonly Precision[], wanted: readonly Precision[]): Precision[] {
  const runnable = model.filter((precision) => (precision === 'om') === (device === 'ascend'));
  return wanted.length === 0 ? runnable : runnable.filter((precision) => wanted.includes(precision));
}

/** 1, 2, 4 … and the largest. */
export function threadCounts(largest: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < largest; count *= 2) counts.push(count);
  return [...counts, largest];
}

/** Faster by less than this is not worth a larger batch: cancel, priority and live thresholds wait for a whole run. */
const WORTH_IT = 1.03;

/**
 * The fastest setting of one process; between about equal ones that with the smaller batch, then the better precision.
 * @param accepted precisions whose results agree with fp32
 */
export function chooseBest(rows: readonly Measured[], accepted: readonly Precision[]): Measured | null {
  const candidates = rows.filter(({ setting }) => setting.processes === 1 && accepted.includes(setting.precision));
  const fastest = Math.max(...candidates.map(({ tilesPerSecond }) => tilesPerSecond));
  const close = candidates.filter(({ tilesPerSecond }) => tilesPerSecond * WORTH_IT >= fastest);
  const rank: readonly Precision[] = ['fp32', 'om', 'fp16', 'int8'];
  return (
    close.sort(
      (a, b) =>
        a.setting.batch - b.setting.batch ||
        rank.indexOf(a.setting.precision) - rank.indexOf(b.setting.precision) ||
        b.tilesPerSecond - a.tilesPerSecond,
    )[0] ?? null
  );
}
