import type { JobProgress } from './types';

export interface ProgressStart {
  /** images of the whole job, those of earlier starts included */
  total: number;
  /** finished in earlier starts of a resumed job */
  done?: number;
  failed?: number;
}

/**
 * Counts a job's images and tells its pace. The pace is working time divided by the images finished since the job
 * (re)started, so overlapping images are not counted twice; pauses are left out.
 */
export class ProgressMeter {
  #done: number;
  #failed: number;
  readonly #total: number;
  readonly #now: () => number;
  #finishedHere = 0;
  #workedMs = 0;
  /** when the current stretch of work began; null while paused */
  #workingSinceMs: number | null;

  /** @param now milliseconds; must not run backwards by more than it runs forwards */
  constructor(start: ProgressStart, now: () => number = Date.now) {
    this.#total = start.total;
    this.#done = start.done ?? 0;
    this.#failed = start.failed ?? 0;
    this.#now = now;
    this.#workingSinceMs = now();
  }

  imageDone(): void {
    this.#done++;
    this.#finishedHere++;
  }

  imageFailed(): void {
    this.#failed++;
    this.#finishedHere++;
  }

  /** Time from here to `resume` does not count. Calling it twice changes nothing. */
  pause(): void {
    this.#workedMs = this.workedMs();
    this.#workingSinceMs = null;
  }

  resume(): void {
    this.#workingSinceMs ??= this.#now();
  }

  /** working time so far, pauses left out */
  workedMs(): number {
    return this.#workedMs + (this.#workingSinceMs === null ? 0 : Math.max(0, this.#now() - this.#workingSinceMs));
  }

  snapshot(): JobProgress {
    const seconds = this.workedMs() / 1000;
    const known = this.#finishedHere > 0 && seconds > 0;
    const left = Math.max(0, this.#total - this.#done - this.#failed);
    const secondsPerImage = known ? seconds / this.#finishedHere : null;
    return {
      done: this.#done,
      failed: this.#failed,
      total: this.#total,
      secondsPerImage,
      imagesPerSecond: known ? this.#finishedHere / seconds : null,
      secondsLeft: secondsPerImage === null ? null : secondsPerImage * left,
    };
  }
}
