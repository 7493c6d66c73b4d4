/** Counters and times of a runner. */
import type { ModelMemory, NativeResult } from './binding';

/** All times in milliseconds, means over all runs since opening; the warm-up does not count. */
export interface RunnerStats {
  readonly runs: number;
  readonly failed: number;
  readonly cancelled: number;
  /** tries that failed and were repeated */
  readonly retried: number;
  /** resets of the device since the process started */
  readonly rebuilds: number;
  readonly queued: number;
  readonly inFlight: number;
  /** as measured by the device's own events */
  readonly copyInMs: number;
  readonly computeMs: number;
  readonly copyOutMs: number;
  /** from submission to result, without waiting for a slot */
  readonly totalMs: number;
  readonly memory: ModelMemory;
}

export class RunTally {
  runs = 0;
  failed = 0;
  cancelled = 0;
  retried = 0;
  #copyInMs = 0;
  #computeMs = 0;
  #copyOutMs = 0;
  #totalMs = 0;

  add(result: NativeResult, totalMs: number): void {
    this.runs++;
    this.#copyInMs += result.copyInMs;
    this.#computeMs += result.computeMs;
    this.#copyOutMs += result.copyOutMs;
    this.#totalMs += totalMs;
  }

  means(): Pick<RunnerStats, 'copyInMs' | 'computeMs' | 'copyOutMs' | 'totalMs'> {
    const runs = Math.max(1, this.runs);
    return {
      copyInMs: this.#copyInMs / runs,
      computeMs: this.#computeMs / runs,
      copyOutMs: this.#copyOutMs / runs,
      totalMs: this.#totalMs / runs,
    };
  }
}
