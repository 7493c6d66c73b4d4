/** Runs a scenario of `scenarios/` in a process of its own against a build of the simulator, and reads what it did. */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '../../..');
const variant = process.env.RAILSCOPE_NATIVE_VARIANT ?? 'release';
export const isAsan = variant === 'asan';

/** A file of the simulator's build. */
export function simulatorFile(name: string): string {
  return path.join(repository, '.cache/native', variant, 'acl-sim', name);
}

/** One line of the simulator's trace: a call of a thread, or a task of a stream. Times in microseconds. */
export type TraceLine = CallLine | TaskLine | { readonly type: 'violation' | 'report' };
export interface CallLine {
  readonly type: 'call';
  readonly seq: number;
  readonly thread: number;
  /** null without a current context */
  readonly context: string | null;
  readonly device: number;
  readonly call: string;
  readonly rc: number;
  readonly beginUs: number;
  readonly endUs: number;
}
export interface TaskLine {
  readonly type: 'task';
  readonly what: string;
  readonly stream: string;
  readonly device: number;
  readonly rc: number;
  readonly beginUs: number;
  readonly endUs: number;
}

export const callsOf = (trace: readonly TraceLine[]): CallLine[] =>
  trace.filter((line) => line.type === 'call').sort((a, b) => a.seq - b.seq);
export const tasksOf = (trace: readonly TraceLine[]): TaskLine[] => trace.filter((line) => line.type === 'task');

export interface ScenarioOptions {
  readonly args?: unknown;
  /** variables of the simulator, without their prefix: { DEVICES: '2' } */
  readonly sim?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** default: the simulator with every call */
  readonly library?: string;
  readonly nodeArguments?: readonly string[];
  readonly executable?: string;
  readonly trace?: boolean;
  readonly timeoutMs?: number;
}

export interface ScenarioEnd {
  /** what the scenario returned, parsed; null when it did not get that far */
  readonly result: unknown;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly trace: readonly TraceLine[];
  readonly wallMs: number;
}

let bundle: Promise<string> | null = null;

/** All scenarios as one module, built once per test process. */
export async function scenarioBundle(): Promise<string> {
  bundle ??= (async () => {
    const outfile = path.join(repository, '.cache/native', `scenarios-${process.pid}.mjs`);
    const entryPoints = [path.join(import.meta.dirname, 'scenarios/main.ts')];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' });
    process.once('exit', () => void rm(outfile, { force: true }));
    return outfile;
  })();
  return bundle;
}

export async function runScenario(name: string, options: ScenarioOptions = {}): Promise<ScenarioEnd> {
  const file = await scenarioBundle();
  const folder = await mkdtemp(path.join(tmpdir(), 'railscope-scenario-'));
  const traceFile = path.join(folder, 'trace.jsonl');
  const sim: Record<string, string> = { STRICT: '1', ...(options.trace ? { TRACE: traceFile } : {}), ...options.sim };
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(sim).map(([key, value]) => [`ACLSIM_${key}`, value])),
    ...(isAsan ? await sanitizerEnvironment() : {}),
    SCENARIO_LIBRARY: options.library ?? simulatorFile('libascendcl.so'),
    ...options.env,
  };
  const startMs = performance.now();
  const { executable = process.execPath, nodeArguments = [], timeoutMs = 60_000 } = options;
  const child = spawn(executable, [...nodeArguments, file, name, JSON.stringify(options.args ?? null)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const { status, signal } = await new Promise<Pick<ScenarioEnd, 'status' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => resolve({ status: code, signal: killedBy }));
  });
  clearTimeout(timer);
  const wallMs = performance.now() - startMs;
  const trace = existsSync(traceFile) ? parseLines(await readFile(traceFile, 'utf8')) : [];
  await rm(folder, { recursive: true });
  return { result: lastResult(stdout), status, signal, stderr, trace, wallMs };
}

/** Node itself is not instrumented, so the sanitizer's library must come first; its leak check would list Node's own. */
async function sanitizerEnvironment(): Promise<Record<string, string>> {
  const child = spawn('g++', ['-print-file-name=libasan.so'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return { LD_PRELOAD: output.trim(), ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:handle_segv=1' };
}

function parseLines(text: string): TraceLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TraceLine);
}

const resultMark = 'SCENARIO-RESULT ';

function lastResult(stdout: string): unknown {
  const line = stdout.split('\n').findLast((candidate) => candidate.startsWith(resultMark));
  return line === undefined ? null : JSON.parse(line.slice(resultMark.length));
}
