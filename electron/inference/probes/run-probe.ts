/**
 * Looks at a device in a throw-away process: a broken driver can crash or hang whatever loads it. Works from Node and
 * from Electron's utility process, where the same executable runs the script as plain Node.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { findAnswer, type ProbeAnswer } from './answer';
import { mayRunAsNode } from './run-as-node';

/** The first use of a driver after a start of the machine takes seconds. */
const TIMEOUT_MS = 60_000;
const OUTPUT_LIMIT = 64_000;
const SHOWN_ERROR_LETTERS = 300;

export interface ProbeOptions {
  /** the probe program; default: the built `probe-child.mjs` beside this bundle */
  readonly program?: string;
  readonly timeoutMs?: number;
}

const answers = new Map<string, Promise<ProbeAnswer>>();

/** As `runProbe`, but each probe runs once per process. @param name and arguments as `probe-entry.ts` takes them */
export function probeOnce(name: string, ...more: readonly string[]): Promise<ProbeAnswer> {
  const key = [name, ...more].join(' ');
  const known = answers.get(key);
  if (known) return known;
  const started = runProbe([name, ...more]);
  answers.set(key, started);
  return started;
}

/** Never rejects: whatever happens to the child becomes a reason. */
export async function runProbe(args: readonly string[], { program, timeoutMs = TIMEOUT_MS }: ProbeOptions = {}): Promise<ProbeAnswer> {
  const script = program ?? fileURLToPath(new URL('./probe-child.mjs', import.meta.url));
  if (!existsSync(script)) return unavailable(`the probe program is missing: ${script}`);
  if (process.versions['electron'] !== undefined && !(await mayRunAsNode(process.execPath))) {
    return unavailable('this package of RailScope forbids the helper process that would test it (fuse RunAsNode)');
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    let errors = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-OUTPUT_LIMIT)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-OUTPUT_LIMIT)));
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve(unavailable(`the probe could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (late) resolve(unavailable(`the probe did not end within ${timeoutMs / 1000} s`));
      else if (signal !== null) resolve(unavailable(`the probe crashed (${signal})${tail(errors)}`));
      else if (code !== 0) resolve(unavailable(`the probe ended with exit code ${code ?? 'unknown'}${tail(errors)}`));
      else resolve(withDetail(findAnswer(output), errors));
    });
  });
}

/** Libraries say on stderr which file is missing, and to their caller only that one is. */
function withDetail(answer: ProbeAnswer | null, errors: string): ProbeAnswer {
  if (answer === null) return unavailable(`the probe gave no answer${tail(errors)}`);
  return answer.available ? answer : { ...answer, reason: `${answer.reason ?? 'unavailable'}${tail(errors)}` };
}

function unavailable(reason: string): ProbeAnswer {
  return { available: false, device: '', reason };
}

function tail(errors: string): string {
  // without the colours of a terminal
  const text = stripVTControlCharacters(errors).trim().replace(/\s+/g, ' ');
  return text === '' ? '' : `: ${text.slice(-SHOWN_ERROR_LETTERS)}`;
}
