/** The native module: its declared type, where it lies, and loading it once. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AscendError } from './ascend-error';

/** Where the ACL library might be; several paths are one library that the vendor split. */
export interface LibraryCandidate {
  readonly origin: string;
  readonly paths: readonly string[];
  /** take it only when this process has it already */
  readonly loadedOnly: boolean;
}

export interface LoadAttempt {
  readonly origin: string;
  readonly path: string;
  readonly outcome: 'loaded' | 'not-loaded-yet' | 'stub' | 'open-failed' | 'symbols-missing';
  readonly detail: string;
}

export interface LoadReport {
  readonly loaded: boolean;
  readonly libraries: readonly string[];
  readonly attempts: readonly LoadAttempt[];
  readonly missingRequired: readonly string[];
  readonly missingOptional: readonly string[];
}

export interface NativeTensor {
  readonly name: string;
  /** aclDataType */
  readonly dataType: number;
  /** aclFormat */
  readonly format: number;
  /** -1 where the gear decides */
  readonly dims: readonly number[];
  /** of the largest gear */
  readonly bytes: number;
}

export interface NativeGear {
  readonly values: readonly number[];
  readonly inputDims: readonly (readonly number[])[];
  readonly outputDims: readonly (readonly number[])[];
}

/** What this model holds while it is open. */
export interface ModelMemory {
  readonly deviceBytes: number;
  readonly pinnedBytes: number;
  /** parts of `deviceBytes` */
  readonly workBytes: number;
  readonly weightBytes: number;
}

export interface NativeDescription {
  readonly inputs: readonly NativeTensor[];
  readonly outputs: readonly NativeTensor[];
  readonly gearKind: 'none' | 'batch' | 'image-size' | 'dims';
  /** exactly one, without values, for `none` */
  readonly gears: readonly NativeGear[];
  readonly memory: ModelMemory;
}

export interface NativeResult {
  readonly outputs: readonly ArrayBuffer[];
  readonly copyInMs: number;
  readonly computeMs: number;
  readonly copyOutMs: number;
}

export interface ReleaseFailure {
  readonly symbol: string;
  readonly code: number;
}

export interface NativeModel {
  describe(): NativeDescription;
  /**
   * Copies the inputs into pinned memory at once and queues the run; throws a problem of kind `busy` without a free slot.
   * @param inputs one per input; a Float32Array for a 16-bit float input is converted
   * @param floatOutputs give 16-bit floats as float32
   */
  submit(inputs: readonly ArrayBufferView[], gear: number, floatOutputs: boolean, timeoutMs: number): Promise<NativeResult>;
  /** @returns what ACL refused to free */
  close(): Promise<readonly ReleaseFailure[]>;
}

export interface DeviceInfo {
  readonly socName: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly sharedMemory: boolean;
  /** counts rebuilds of the device */
  readonly generation: number;
}

export interface OpenOptions {
  readonly deviceId: number;
  readonly path: string;
  readonly slots: number;
  readonly streams: number;
}

/** The properties that the addon's errors carry. */
export interface NativeProblem extends Error {
  readonly kind: 'acl' | 'unsupported-model' | 'host-memory' | 'timeout' | 'dropped' | 'closed' | 'busy' | 'internal';
  readonly code: number;
  readonly symbol: string;
  readonly detail: string;
}

export interface Binding {
  /** loads the library on the first success; later calls only report it */
  load(candidates: readonly LibraryCandidate[]): LoadReport;
  open(options: OpenOptions): Promise<NativeModel>;
  deviceInfo(deviceId: number): Promise<DeviceInfo>;
  /** resets the device and loads its models again, unless that was done after `seenGeneration` */
  rebuild(deviceId: number, seenGeneration: number): Promise<DeviceInfo>;
  /** a device hangs: what is still pending must not keep the process */
  giveUpWaiting(): void;
  /** frees everything that this environment holds; waits for hanging devices only so long */
  leave(): void;
  encodeHalf(values: Float32Array): Uint16Array;
  decodeHalf(bits: Uint16Array): Float32Array;
  encodeBfloat(values: Float32Array): Uint16Array;
  decodeBfloat(bits: Uint16Array): Float32Array;
}

const addonFile = 'ascend-acl.node';
const probeFile = process.platform === 'win32' ? 'ascend-probe.exe' : 'ascend-probe';

/** Folders that may hold the built files: named by the environment, beside the bundles, in the build's cache. */
function nativeFolders(): string[] {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const folders = [path.join(here, '../native'), path.join(here, '../../.cache/native/release/ascend-acl')];
  const named = process.env.RAILSCOPE_NATIVE;
  // a program cannot be started, nor a library opened, from inside an archive
  return (named ? [named] : folders).map((folder) => folder.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'));
}

function builtFile(name: string): string | null {
  return (
    nativeFolders()
      .map((folder) => path.join(folder, name))
      .find((file) => existsSync(file)) ?? null
  );
}

/** @returns the addon's file, or null where it was not built */
export function addonPath(): string | null {
  return builtFile(addonFile);
}

/** @returns the probe program, or null where it was not built */
export function probePath(): string | null {
  return builtFile(probeFile);
}

let binding: Binding | null = null;

/** @throws AscendError addon-missing */
export function loadBinding(): Binding {
  if (binding) return binding;
  const file = addonPath();
  if (file === null) throw new AscendError('addon-missing', { en: 'the Ascend addon was not built', zh: 'Ascend 插件未构建' });
  const loaded = loadAddon(file);
  // runs at the natural end, at process.exit() and after an uncaught exception; worker threads have the addon's own hook
  process.once('exit', () => loaded.leave());
  binding = loaded;
  return loaded;
}

function loadAddon(file: string): Binding {
  try {
    return createRequire(import.meta.url)(file) as Binding;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AscendError('addon-missing', { en: `the Ascend addon cannot be loaded: ${reason}`, zh: `Ascend 插件无法加载：${reason}` });
  }
}
