/** One model on several devices: every run goes to the device with the least to do. */
import { AscendOMRunner, type OpenRunnerOptions, type RunOptions } from './ascend-om-runner';
import { AscendError } from './ascend-error';
import { runInBatches, type BatchInputs } from './batching';
import type { NativeDescription } from './binding';
import type { Outputs } from './run-queue';
import type { RunnerStats } from './run-stats';
import type { Inputs } from './tensors';

export interface OpenPoolOptions extends Omit<OpenRunnerOptions, 'deviceId'> {
  /** at least one; each once */
  readonly deviceIds: readonly number[];
}

export interface DeviceStats extends RunnerStats {
  readonly deviceId: number;
  /** why the pool no longer uses the device, or null */
  readonly lost: string | null;
}

export class AscendPool {
  readonly description: NativeDescription;
  readonly #runners: readonly AscendOMRunner[];

  private constructor(first: AscendOMRunner, runners: readonly AscendOMRunner[]) {
    this.#runners = runners;
    this.description = first.description;
  }

  /**
   * Opens the model on every device at the same time; if one fails, the others are closed again.
   * @throws AscendError as AscendOMRunner.open, bad-input for an empty or repeated device
   */
  static async open(path: string, { deviceIds, ...options }: OpenPoolOptions): Promise<AscendPool> {
    if (deviceIds.length === 0 || new Set(deviceIds).size !== deviceIds.length) {
      throw new AscendError('bad-input', { en: 'a pool needs different devices, at least one', zh: '设备池需要至少一个且不重复的设备' });
    }
    const opened = await Promise.allSettled(deviceIds.map(async (deviceId) => AscendOMRunner.open(path, { ...options, deviceId })));
    const runners = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = opened.find((result) => result.status === 'rejected');
    const [first] = runners;
    if (!failed && first) return new AscendPool(first, runners);
    await Promise.all(runners.map((runner) => runner.dispose()));
    throw failed?.reason;
  }

  get deviceIds(): readonly number[] {
    return this.#runners.map(({ deviceId }) => deviceId);
  }

  /** as the library names the chips, in the order of `deviceIds` */
  get socNames(): readonly string[] {
    return this.#runners.map(({ socName }) => socName);
  }

  /** As AscendOMRunner.run; what fails because its device was lost runs again on another one. @throws AscendError */
  async run(inputs: Inputs, options: RunOptions = {}): Promise<Outputs> {
    for (;;) {
      const runner = this.#leastBusy();
      try {
        return await runner.run(inputs, options);
      } catch (error) {
        const moveOn = error instanceof AscendError && error.kind === 'device-lost' && this.#runners.some(({ lost }) => !lost);
        if (!moveOn) throw error;
      }
    }
  }

  /** As AscendOMRunner.runBatch, its parts spread over the devices. @throws AscendError */
  async runBatch(inputs: BatchInputs, options: Omit<RunOptions, 'gear'> = {}): Promise<Outputs> {
    return runInBatches(this.description, inputs, (part, gear) => this.run(part, { ...options, ...(gear ? { gear } : {}) }));
  }

  stats(): DeviceStats[] {
    return this.#runners.map((runner) => ({ ...runner.stats(), deviceId: runner.deviceId, lost: runner.lost?.message ?? null }));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.dispose()));
  }

  #leastBusy(): AscendOMRunner {
    const usable = this.#runners.filter(({ lost }) => !lost);
    const candidates = usable.length > 0 ? usable : this.#runners;
    return candidates.reduce((best, runner) => (runner.pending < best.pending ? runner : best));
  }
}
