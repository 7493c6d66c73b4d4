/** Finds out what Ascend devices can be used, in a throw-away process: a broken driver may crash or hang the one that asks it. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { describeCode } from './acl-codes';
import { probePath, type LibraryCandidate, type LoadReport } from './binding';
import { libraryError } from './device';
import { driverState, whyNoDevice, type DriverState } from './driver';
import { environmentScripts, libraryCandidates } from './library-search';

export interface ProbeOptions {
  /** a library instead of the search; the driver's device files are not asked for then (simulator) */
  readonly libraryPath?: string | undefined;
  /** default 20 s */
  readonly timeoutMs?: number;
  /** environment of the probing process */
  readonly env?: NodeJS.ProcessEnv;
}

interface CallFailure {
  readonly code: number;
  readonly symbol: string;
  readonly detail: string;
}

export interface ProbedDevice {
  readonly deviceId: number;
  /** null with `failure` */
  readonly socName: string | null;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly sharedMemory: boolean;
  readonly failure: CallFailure | null;
}

export interface ProbeReport {
  readonly driver: DriverState;
  /** null when the search did not get that far */
  readonly load: LoadReport | null;
  readonly cannVersion: string | null;
  readonly aclVersion: string | null;
  readonly devices: readonly ProbedDevice[];
  /** why no device can be used, or null. English, technical. */
  readonly reason: string | null;
}

type Line =
  | ({ readonly step: 'load' } & LoadReport)
  | ({ readonly step: 'init'; readonly cannVersion?: string; readonly aclVersion?: string } & Partial<CallFailure>)
  | ({ readonly step: 'devices'; readonly count?: number } & Partial<CallFailure>)
  | ({ readonly step: 'device' } & Partial<Omit<ProbedDevice, 'failure'>> & Partial<CallFailure>)
  | { readonly step: 'end' };

/** How the probing process ended. */
interface Ending {
  readonly lines: readonly Line[];
  readonly timedOut: boolean;
  readonly signal: NodeJS.Signals | null;
  readonly error: string | null;
}

const defaultTimeoutMs = 20_000;

export async function probeAscend({
  libraryPath,
  timeoutMs = defaultTimeoutMs,
  env = process.env,
}: ProbeOptions = {}): Promise<ProbeReport> {
  const driver = driverState('/', env);
  const report = { driver, load: null, cannVersion: null, aclVersion: null, devices: [] };
  if (process.platform !== 'linux') return { ...report, reason: 'Ascend devices are supported on Linux only' };
  const noDevice = libraryPath ? null : whyNoDevice(driver);
  if (noDevice !== null) return { ...report, reason: noDevice };
  const program = probePath();
  if (program === null) return { ...report, reason: 'this build has no Ascend addon (npm run build:native)' };
  const candidates = libraryCandidates({ libraryPath, env }).filter(({ loadedOnly }) => !loadedOnly);
  return summarise(driver, await runProbe(program, candidates, timeoutMs, env), timeoutMs);
}

async function runProbe(
  program: string,
  candidates: readonly LibraryCandidate[],
  timeoutMs: number,
  env: NodeJS.ProcessEnv,
): Promise<Ending> {
  const words = candidates.flatMap(({ origin, paths }) => [origin, String(paths.length), ...paths]);
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'ignore'], env });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    // the library itself may write to stdout
    if (line.startsWith('{"step":')) lines.push(JSON.parse(line) as Line);
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  return new Promise<Ending>((resolve) => {
    child.once('error', (error) => resolve({ lines, timedOut, signal: null, error: error.message }));
    child.once('close', (_, signal) => resolve({ lines, timedOut, signal, error: null }));
  }).finally(() => clearTimeout(timer));
}

function summarise(driver: DriverState, ending: Ending, timeoutMs: number): ProbeReport {
  const find = <S extends Line['step']>(step: S): Extract<Line, { step: S }> | undefined =>
    ending.lines.find((line): line is Extract<Line, { step: S }> => line.step === step);
  const init = find('init');
  const devices = ending.lines.flatMap((line) => (line.step === 'device' ? [toDevice(line)] : []));
  return {
    driver,
    load: find('load') ?? null,
    cannVersion: init?.cannVersion || null,
    aclVersion: init?.aclVersion || null,
    devices,
    reason: whyUnusable(ending, timeoutMs, find('load'), init, find('devices'), devices),
  };
}

function toDevice(line: Extract<Line, { step: 'device' }>): ProbedDevice {
  const { deviceId = 0, socName = null, freeBytes = 0, totalBytes = 0, sharedMemory = false } = line;
  return { deviceId, socName, freeBytes, totalBytes, sharedMemory, failure: failureOf(line) };
}

function failureOf({ code, symbol = '', detail = '' }: Partial<CallFailure>): CallFailure | null {
  return code === undefined ? null : { code, symbol, detail };
}

function whyUnusable(
  ending: Ending,
  timeoutMs: number,
  load: LoadReport | undefined,
  init: Partial<CallFailure> | undefined,
  counted: ({ readonly count?: number } & Partial<CallFailure>) | undefined,
  devices: readonly ProbedDevice[],
): string | null {
  if (devices.some(({ failure }) => failure === null)) return null;
  const last = ending.lines.at(-1)?.step ?? 'start';
  if (ending.error !== null) return `the probe cannot be started: ${ending.error}`;
  if (ending.timedOut) return `the driver did not answer within ${timeoutMs / 1000} s (after step ${last})`;
  if (ending.signal !== null) return `the driver crashed its process (${ending.signal} after step ${last})`;
  if (load && !load.loaded) return libraryError(load).message + sourceHint();
  const failure = [init, counted, ...devices.map((device) => device.failure ?? {})].map((part) => failureOf(part ?? {})).find(Boolean);
  if (failure) return describeFailure(failure);
  return counted?.count === 0
    ? 'the driver reports no device (see ASCEND_RT_VISIBLE_DEVICES)'
    : `the probe ended early (after step ${last})`;
}

function describeFailure({ code, symbol, detail }: CallFailure): string {
  const { meaning, remedy } = describeCode(code);
  return `${symbol} returned ${code}: ${meaning.en}${detail ? ` (${detail.trim()})` : ''}. ${remedy.en}`;
}

function sourceHint(): string {
  const [script] = environmentScripts();
  return script === undefined ? '; CANN is not installed in the usual places' : `; run \`source ${script}\` before starting RailScope`;
}
