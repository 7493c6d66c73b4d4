/** What all runners on one device share: its library, its rebuilds, and whether it is lost. */
import { AscendError, toAscendError } from './ascend-error';
import { loadBinding, type Binding, type DeviceInfo, type LoadReport } from './binding';
import { libraryCandidates } from './library-search';

/** A device is rebuilt once in the life of a process; what fails again is for a new process. */
const maximumRebuilds = 1;

export class AscendDevice {
  static readonly #devices = new Map<number, AscendDevice>();

  readonly deviceId: number;
  readonly binding: Binding;
  #generation = 0;
  #rebuilds = 0;
  #rebuilding: Promise<void> | null = null;
  #lost: AscendError | null = null;

  private constructor(deviceId: number, binding: Binding) {
    this.deviceId = deviceId;
    this.binding = binding;
  }

  /**
   * The device of this process. The library is loaded with the first one.
   * @param libraryPath a library or its folder, instead of the search; counts for the first call only
   * @throws AscendError addon-missing, library
   */
  static get(deviceId: number, libraryPath?: string): AscendDevice {
    const known = AscendDevice.#devices.get(deviceId);
    if (known) return known;
    const binding = loadBinding();
    const report = binding.load(libraryCandidates({ libraryPath }));
    if (!report.loaded) throw libraryError(report);
    const device = new AscendDevice(deviceId, binding);
    AscendDevice.#devices.set(deviceId, device);
    return device;
  }

  /** why the device cannot be used any more, or null */
  get lost(): AscendError | null {
    return this.#lost;
  }

  get rebuilds(): number {
    return this.#rebuilds;
  }

  /** a rebuild under way; runs wait for it */
  get rebuilding(): Promise<void> | null {
    return this.#rebuilding;
  }

  /** @throws AscendError */
  async info(): Promise<DeviceInfo> {
    return this.binding.deviceInfo(this.deviceId).catch((error: unknown) => {
      throw toAscendError(error);
    });
  }

  /**
   * Resets the device and loads its models again; runs that were under way are dropped. Several callers share one
   * rebuild. Afterwards the device is either ready or lost.
   * @param timeoutMs how long resetting and loading may take
   */
  async rebuild(cause: AscendError, timeoutMs: number): Promise<void> {
    if (this.#lost) return;
    if (this.#rebuilding) return this.#rebuilding;
    if (this.#rebuilds >= maximumRebuilds) {
      this.markLost(cause);
      return;
    }
    this.#rebuilds++;
    this.#rebuilding = this.#rebuildNow(timeoutMs)
      .catch((error: unknown) => this.markLost(toAscendError(error)))
      .finally(() => {
        this.#rebuilding = null;
      });
    return this.#rebuilding;
  }

  async #rebuildNow(timeoutMs: number): Promise<void> {
    const { generation } = await within(this.binding.rebuild(this.deviceId, this.#generation), timeoutMs, () => {
      this.binding.giveUpWaiting();
      return new AscendError('timeout', { en: 'resetting the device did not end', zh: '设备复位未完成' });
    });
    this.#generation = generation;
  }

  /** A call of ACL hangs: nothing more can be had from this device in this process. */
  markStuck(): void {
    this.binding.giveUpWaiting();
    this.markLost(new AscendError('timeout', { en: 'a call of ACL does not return', zh: 'ACL 调用没有返回' }));
  }

  markLost(cause: AscendError): void {
    this.#lost ??= new AscendError(
      'device-lost',
      {
        en: `Ascend device ${this.deviceId} is lost to this process: ${cause.message}`,
        zh: `Ascend 设备 ${this.deviceId} 在本进程中已不可用：${cause.meaning.zh}`,
      },
      { ...(cause.code === null ? {} : { code: cause.code }), ...(cause.symbol === null ? {} : { symbol: cause.symbol }), cause },
    );
  }
}

/** The promise's outcome, or the error of `onTimeout` when it takes longer. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, onTimeout: () => AscendError): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), timeoutMs);
  });
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

/** @returns what to say when no candidate served: the most telling attempt first */
export function libraryError(report: LoadReport): AscendError {
  const { attempts } = report;
  const telling =
    attempts.find(({ outcome }) => outcome === 'symbols-missing') ??
    attempts.find(({ outcome, detail }) => outcome === 'open-failed' && !/No such file/.test(detail)) ??
    attempts.find(({ outcome }) => outcome === 'stub') ??
    attempts.find(({ outcome }) => outcome === 'open-failed');
  const why = telling ? `${telling.path}: ${telling.outcome}: ${telling.detail}` : 'libascendcl.so was not found';
  return new AscendError('library', { en: `no usable ACL library; ${why}`, zh: `没有可用的 ACL 库；${why}` });
}
