/** One .om model on one Ascend device. */
import { AscendError, toAscendError } from './ascend-error';
import { runInBatches, type BatchInputs } from './batching';
import type { NativeDescription, NativeModel, NativeResult } from './binding';
import { AscendDevice, within } from './device';
import { inspectOmFile, type OmFile } from './om-file';
import { cancelled, QueuedRun, RunQueue, type Outputs } from './run-queue';
import { RunTally, type RunnerStats } from './run-stats';
import { checkArray, checkInputs, dataTypeOf, elementsOf, toOutputs, type GearChoice, type Inputs } from './tensors';

export interface OpenRunnerOptions {
  /** default 0 */
  readonly deviceId?: number;
  /** 1: everything in order; 2 (default): copying in and out overlaps computing */
  readonly streams?: 1 | 2;
  /** runs that may be on the device at once, each with its own buffers; 1…8, default 2 */
  readonly slots?: number;
  /** runs per gear before the first result counts, default 1; of more than eight gears only the first and the last */
  readonly warmup?: number;
  /** give 16-bit float outputs as float32 (default) or as their bits */
  readonly narrowFloats?: 'float32' | 'bits';
  /** longest time of a run on the device, default 30 s */
  readonly timeoutMs?: number;
  /** longest time of loading, and of resetting after a fault, default 120 s */
  readonly openTimeoutMs?: number;
  /** how long after `timeoutMs` a silent device is given up, default 2 s */
  readonly graceMs?: number;
  /** runs that may wait for a slot, default 4096 */
  readonly maximumQueued?: number;
  /** a library or its folder instead of the search; counts for the first runner of the process */
  readonly libraryPath?: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** needed only where lengths and shapes fit several gears */
  readonly gear?: GearChoice;
  /** instead of the runner's */
  readonly timeoutMs?: number;
}

const defaults = {
  deviceId: 0,
  streams: 2,
  slots: 2,
  warmup: 1,
  narrowFloats: 'float32',
  timeoutMs: 30_000,
  openTimeoutMs: 120_000,
  graceMs: 2000,
  maximumQueued: 4096,
} as const;
type Settings = Required<Omit<OpenRunnerOptions, 'libraryPath'>>;

/** How often a run is tried in all: a retry, and one more after a rebuild. */
const maximumTries = 3;
/** Pause before a run is tried again on a device that asked for patience. */
const retryPauseMs = 20;

export class AscendOMRunner {
  /** which file was loaded, and how it was reached */
  readonly file: OmFile;
  readonly description: NativeDescription;
  readonly deviceId: number;
  /** as the library names the chip, "Ascend310P3" */
  readonly socName: string;
  readonly #device: AscendDevice;
  readonly #native: NativeModel;
  readonly #settings: Settings;
  readonly #queue: RunQueue;
  readonly #tally = new RunTally();
  readonly #inFlight = new Set<QueuedRun>();
  #freeSlots: number;
  #disposed: Promise<void> | null = null;

  private constructor(device: AscendDevice, native: NativeModel, file: OmFile, socName: string, settings: Settings) {
    this.#device = device;
    this.#native = native;
    this.#settings = settings;
    this.#queue = new RunQueue(settings.maximumQueued);
    this.#freeSlots = settings.slots;
    this.file = file;
    this.deviceId = settings.deviceId;
    this.socName = socName;
    this.description = native.describe();
  }

  /**
   * Checks the file, starts the device once for the process, loads the model, allocates everything and warms up.
   * After a failure nothing of it is left.
   * @throws AscendError
   */
  static async open(path: string, options: OpenRunnerOptions = {}): Promise<AscendOMRunner> {
    const { libraryPath, ...chosen } = options;
    const settings: Settings = { ...defaults, ...chosen };
    checkSettings(settings);
    const file = await inspectOmFile(path);
    const device = AscendDevice.get(settings.deviceId, libraryPath);
    if (device.lost) throw device.lost;
    await device.rebuilding;
    const { deviceId, slots, streams } = settings;
    const opening = device.binding.open({ deviceId, path: file.realPath, slots, streams });
    const native = await within(opening, settings.openTimeoutMs, () => {
      device.markStuck();
      return new AscendError('timeout', { en: 'loading the model did not end', zh: '模型加载未完成' });
    }).catch((error: unknown) => {
      throw toAscendError(error);
    });
    try {
      for (const tensor of native.describe().outputs) dataTypeOf(tensor);
      const { socName } = await device.info();
      const runner = new AscendOMRunner(device, native, file, socName, settings);
      await runner.#warmUp();
      return runner;
    } catch (error) {
      await closeUnlessLost(device, native);
      throw toAscendError(error);
    }
  }

  /**
   * One inference. Inputs must not be changed before the promise is settled.
   * @param inputs by name; a Float32Array is converted where the model takes 16-bit floats
   * @throws AscendError bad-input, busy, cancelled, closed, timeout, device-lost, acl
   */
  async run(inputs: Inputs, { signal, gear, timeoutMs = this.#settings.timeoutMs }: RunOptions = {}): Promise<Outputs> {
    this.#checkUsable();
    if (signal?.aborted) throw this.#countCancelled();
    const run = new QueuedRun(checkInputs(this.description, inputs, gear), timeoutMs, signal, (aborted) => {
      this.#queue.remove(aborted);
      this.#countCancelled();
    });
    this.#queue.add(run);
    this.#pump();
    return run.promise;
  }

  /**
   * Any number of samples at once: split over the batch sizes that the model has, padded where none fits, run
   * overlapping, and put together again.
   * @param inputs by name, each `count` samples one after the other
   * @returns outputs whose first dimension is `count`
   * @throws as `run`
   */
  async runBatch(inputs: BatchInputs, options: Omit<RunOptions, 'gear'> = {}): Promise<Outputs> {
    return runInBatches(this.description, inputs, (part, gear) => this.run(part, { ...options, ...(gear ? { gear } : {}) }));
  }

  /** runs that are waiting or on the device */
  get pending(): number {
    return this.#queue.length + this.#inFlight.size;
  }

  /** why the runner cannot be used any more, or null */
  get lost(): AscendError | null {
    return this.#device.lost;
  }

  stats(): RunnerStats {
    const { runs, failed, cancelled: cancelledRuns, retried } = this.#tally;
    return {
      runs,
      failed,
      cancelled: cancelledRuns,
      retried,
      rebuilds: this.#device.rebuilds,
      queued: this.#queue.length,
      inFlight: this.#inFlight.size,
      ...this.#tally.means(),
      memory: this.description.memory,
    };
  }

  /** Memory of the whole device. @throws AscendError */
  async deviceMemory(): Promise<{ freeBytes: number; totalBytes: number }> {
    this.#checkUsable();
    const { freeBytes, totalBytes } = await this.#device.info();
    return { freeBytes, totalBytes };
  }

  /** Rejects what waits, lets what is on the device end, and frees everything. Calling it again waits for the same. */
  async dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose(): Promise<void> {
    this.#queue.rejectAll(closed());
    await Promise.allSettled([...this.#inFlight].map(({ promise }) => promise));
    await this.#device.rebuilding;
    if (this.#device.lost) return closeUnlessLost(this.#device, this.#native);
    const refused = await within(this.#native.close(), this.#settings.openTimeoutMs, () => {
      this.#device.markStuck();
      return new AscendError('timeout', { en: 'freeing the model did not end', zh: '模型释放未完成' });
    });
    if (refused.length === 0) return;
    const list = refused.map(({ symbol, code }) => `${symbol} returned ${code}`).join(', ');
    process.emitWarning(`ACL refused to free parts of ${this.file.realPath}: ${list}`, 'AscendReleaseWarning');
  }

  #checkUsable(): void {
    if (this.#disposed) throw closed();
    if (this.#device.lost) throw this.#device.lost;
  }

  #countCancelled(): AscendError {
    this.#tally.cancelled++;
    return cancelled();
  }

  async #warmUp(): Promise<void> {
    const { gears, inputs } = this.description;
    const all = gears.map((_, index) => index);
    const chosen = all.length > 8 ? [0, all.length - 1] : all;
    for (const gear of chosen) {
      const arrays = inputs.map((tensor, input) => {
        const length = elementsOf(gears[gear]?.inputDims[input] ?? []);
        const { array, elementBytes } = dataTypeOf(tensor);
        return new array(new ArrayBuffer(length * elementBytes));
      });
      for (let i = 0; i < this.#settings.warmup; i++) await this.#submit({ arrays, gear }, this.#settings.openTimeoutMs);
    }
  }

  /** Starts waiting runs while slots are free. */
  #pump(): void {
    const { lost, rebuilding } = this.#device;
    if (lost) this.#queue.rejectAll(lost);
    if (rebuilding) void rebuilding.then(() => this.#pump());
    while (!rebuilding && this.#freeSlots > 0) {
      const run = this.#queue.take();
      if (!run) return;
      void this.#start(run);
    }
  }

  async #start(run: QueuedRun): Promise<void> {
    this.#freeSlots--;
    this.#inFlight.add(run);
    const startMs = performance.now();
    try {
      run.inputs.arrays.forEach((data, index) => {
        const tensor = this.description.inputs[index];
        if (tensor) checkArray(tensor, data);
      });
      const result = await this.#submit(run.inputs, run.timeoutMs);
      this.#tally.add(result, performance.now() - startMs);
      if (!run.settled)
        run.resolve(toOutputs(this.description, run.inputs.gear, result.outputs, this.#settings.narrowFloats === 'float32'));
    } catch (error) {
      await this.#recover(run, toAscendError(error));
    } finally {
      this.#inFlight.delete(run);
      this.#freeSlots++;
      this.#pump();
    }
  }

  async #submit({ arrays, gear }: { arrays: QueuedRun['inputs']['arrays']; gear: number }, timeoutMs: number): Promise<NativeResult> {
    const submitted = this.#native.submit(arrays, gear, this.#settings.narrowFloats === 'float32', timeoutMs);
    return within(submitted, timeoutMs + this.#settings.graceMs, () => {
      this.#device.markStuck();
      return new AscendError('timeout', { en: 'the device did not answer in time', zh: '设备未在规定时间内响应' });
    });
  }

  /** Follows the error's recovery: try again, reset the device and try again, or tell the caller. */
  async #recover(run: QueuedRun, error: AscendError): Promise<void> {
    run.failures++;
    const mayRepeat = !run.settled && !this.#disposed && run.failures < maximumTries;
    const isDropped = error.kind === 'closed' && !this.#disposed;
    if (error.recovery === 'rebuild' || (error.recovery === 'retry' && error.kind === 'acl' && run.failures > 1)) {
      await this.#device.rebuild(error, this.#settings.openTimeoutMs);
    } else if (error.recovery === 'retry') {
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs));
    } else if (isDropped) {
      await this.#device.rebuilding;
    }
    const repeats =
      isDropped ||
      error.recovery === 'retry' ||
      (error.recovery === 'free-and-retry' && run.failures === 1) ||
      (error.recovery === 'rebuild' && error.kind === 'acl');
    if (mayRepeat && repeats && !this.#device.lost) {
      this.#tally.retried++;
      this.#queue.addFirst(run);
      return;
    }
    if (run.settled) return;
    this.#tally.failed++;
    run.reject(error.kind === 'timeout' ? error : (this.#device.lost ?? error));
  }
}

/** A lost device may hang; what it holds ends with the process. */
async function closeUnlessLost(device: AscendDevice, native: NativeModel): Promise<void> {
  const closing = native.close();
  if (!device.lost) await closing;
}

function closed(): AscendError {
  return new AscendError('closed', { en: 'the runner was disposed', zh: '推理器已释放' });
}

function checkSettings({ deviceId, slots, warmup, timeoutMs }: Settings): void {
  const isCount = (value: number, least: number, most: number): boolean => Number.isInteger(value) && value >= least && value <= most;
  const faults: [string, boolean][] = [
    ['deviceId', isCount(deviceId, 0, 65_535)],
    ['slots', isCount(slots, 1, 8)],
    ['warmup', isCount(warmup, 0, 10_000)],
    ['timeoutMs', isCount(timeoutMs, 1, 2 ** 31 - 10_000)],
  ];
  const fault = faults.find(([, valid]) => !valid);
  if (fault) throw new AscendError('bad-input', { en: `option ${fault[0]} is out of range`, zh: `选项 ${fault[0]} 超出范围` });
}
