/** Runs the settings of the sweep one after the other, each in an inference process of its own. */
import type { DeviceChoice, ModelSummary, Precision } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { judge, sumComparisons } from '#shared/measure/comparison';
import { summariseLatency } from '#shared/measure/latency';
import type { Comparison, Speed } from '#shared/domain/measurement';
import type { CliContext } from '../context';
import { InferenceHost } from '../inference-host';
import type { ListedImage } from '../list-images';
import { precisionsOf, threadCounts, type Measured, type Setting, type SweepStage } from './sweep';

export interface SweepOptions {
  devices: readonly DeviceChoice[];
  /** empty = all that the model has */
  precisions: readonly Precision[];
  batches: readonly number[];
  /** threads of the processor at most; 0 = what the backend chooses */
  threads: number;
  /** processes at the same time, e.g. 1, 2 */
  processes: readonly number[];
  warmups: number;
  loops: number;
  maximumMs: number;
}

export interface FailedSetting {
  stage: SweepStage;
  setting: Setting;
  error: ErrorInfo;
}

export class SpeedBench {
  readonly rows: Measured[] = [];
  readonly failed: FailedSetting[] = [];
  readonly #context: CliContext;
  readonly #model: ModelSummary;
  readonly #options: SweepOptions;
  readonly #note: (text: string) => void;

  /** @param note receives one line per setting that is about to be measured */
  constructor(context: CliContext, model: ModelSummary, options: SweepOptions, note: (text: string) => void) {
    this.#context = context;
    this.#model = model;
    this.#options = options;
    this.#note = note;
  }

  /** Precision, then threads, then batch with the best so far, then processes. */
  async run(): Promise<void> {
    for (const device of this.#options.devices) {
      for (const precision of precisionsOf(device, this.#model.precisions, this.#options.precisions)) {
        await this.#measure('precision', { device, precision, threads: this.#options.threads, batch: 1, processes: 1 });
      }
      const used = this.#fastest(device)?.speed.threads ?? 0;
      if (device === 'cpu' && used > 1) await this.#each('threads', device, threadCounts(used).slice(0, -1), (threads) => ({ threads }));
      const batches = this.#options.batches.filter((batch) => batch > 1);
      await this.#each('batch', device, batches, (batch) => ({ batch }));
      const processes = this.#options.processes.filter((count) => count > 1);
      await this.#each('processes', device, processes, (count) => ({ processes: count, threads: Math.floor(used / count) || 0 }));
    }
  }

  /** The precisions whose masks agree with fp32 on the processor, on some pictures; fp32 always does. */
  async acceptedPrecisions(images: readonly ListedImage[]): Promise<Precision[]> {
    const accepted: Precision[] = ['fp32'];
    const measured = new Map(this.rows.map(({ setting }) => [setting.precision, setting]));
    for (const [precision, setting] of measured) {
      if (precision === 'fp32' || images.length === 0) continue;
      this.#note(this.#context.t('bench.checking', { precision }));
      if (await this.#agrees(setting, images)) accepted.push(precision);
    }
    return accepted;
  }

  async #each(
    stage: SweepStage,
    device: DeviceChoice,
    values: readonly number[],
    change: (value: number) => Partial<Setting>,
  ): Promise<void> {
    const base = this.#fastest(device)?.setting;
    if (!base) return;
    for (const value of values) await this.#measure(stage, { ...base, ...change(value) });
  }

  #fastest(device: DeviceChoice): Measured | null {
    const own = this.rows.filter(({ setting }) => setting.device === device && setting.processes === 1);
    return own.sort((a, b) => b.tilesPerSecond - a.tilesPerSecond)[0] ?? null;
  }

  async #measure(stage: SweepStage, setting: Setting): Promise<void> {
    this.#context.signal.throwIfAborted();
    this.#note(this.#context.t('bench.measuring', { ...setting }));
    const hosts = Array.from({ length: setting.processes }, () => new InferenceHost(this.#context));
    try {
      const speeds = await Promise.all(hosts.map((host) => this.#speedOn(host, setting)));
      const [speed] = speeds;
      if (!speed) return;
      // a network with a fixed batch, or a smaller limit, does not become another row
      if (stage === 'batch' && speed.batch !== setting.batch) return;
      const perSecond = ({ batch, runsMs }: Speed): number => (1000 * batch) / summariseLatency(runsMs).meanMs;
      this.rows.push({
        stage,
        setting,
        speed,
        latency: summariseLatency(speeds.flatMap(({ runsMs }) => runsMs)),
        tilesPerSecond: speeds.reduce((sum, each) => sum + perSecond(each), 0),
      });
    } catch (error) {
      this.#context.signal.throwIfAborted();
      this.failed.push({ stage, setting, error: toErrorInfo(error) });
    } finally {
      await Promise.all(hosts.map((host) => host.stop()));
    }
  }

  #speedOn(host: InferenceHost, { device, precision, threads, batch }: Setting): Promise<Speed> {
    const { warmups, loops, maximumMs } = this.#options;
    return host.call.measureSpeed({ modelId: this.#model.id, wish: { device, precision, threads, batch }, warmups, loops, maximumMs });
  }

  async #agrees({ device, precision, threads }: Setting, images: readonly ListedImage[]): Promise<boolean> {
    const host = new InferenceHost(this.#context);
    try {
      const comparisons: Comparison[] = [];
      for (const { path } of images) {
        comparisons.push(
          await host.call.compareEngines({
            modelId: this.#model.id,
            reference: { device: 'cpu', precision: 'fp32', threads, batch: 0 },
            candidate: { device, precision, threads, batch: 0 },
            path,
            region: { mode: 'auto', box: null },
          }),
        );
      }
      const [first] = comparisons;
      return first !== undefined && judge(sumComparisons(comparisons), first).passed;
    } catch {
      // a picture that cannot be read or an engine that fails: not shown to agree
      return false;
    } finally {
      await host.stop();
    }
  }
}
