import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { PrintReportInput } from './context';
import { aptCommand, electronLibraries, planReportCommand } from './report-command';

const STDERR_KEPT_CHARACTERS = 4000;

/**
 * Prints the report of a closed project with Electron.
 * @param root the application's folder
 * @throws report-failed, cancelled
 */
export async function printReport(root: string, input: PrintReportInput): Promise<void> {
  const { outputPath, signal } = input;
  const isRoot = process.getuid?.() === 0;
  const electron = await electronExecutable(root, outputPath);
  const hasXvfbRun = await isOnPath('xvfb-run');
  const { command, args } = planReportCommand({
    ...input,
    electron,
    root,
    platform: process.platform,
    env: process.env,
    isRoot,
    hasXvfbRun,
  });
  await mkdir(path.dirname(outputPath), { recursive: true });
  await rm(outputPath, { force: true });
  throwIfCancelled(signal);
  const { code, stderr } = await runElectron(command, args, signal);
  throwIfCancelled(signal);
  if (code === 0 && (await isPdf(outputPath))) return;
  const missing = stderr.includes('error while loading shared libraries');
  const advice = missing
    ? `Electron lacks system libraries; ${aptCommand(electronLibraries, isRoot)}`
    : `Electron ended with ${code}: ${stderr}`;
  throw new RailscopeError('report-failed', advice.trim(), { path: outputPath });
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new RailscopeError('cancelled', 'the report was cancelled');
}

async function electronExecutable(root: string, outputPath: string): Promise<string> {
  const given = process.env['RAILSCOPE_ELECTRON'];
  if (given) return given;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'build/scripts/electron-runtime.mjs')]);
    return stdout.trim();
  } catch (error) {
    throw new RailscopeError('report-failed', `no Electron runtime: ${error instanceof Error ? error.message : String(error)}`, {
      path: outputPath,
    });
  }
}

async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(path.join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** @returns the exit code (or the signal's name) and the end of what it said; a cancel ends the whole process group */
async function runElectron(command: string, args: string[], signal: AbortSignal): Promise<{ code: number | string; stderr: string }> {
  const detached = process.platform !== 'win32';
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE'));
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached, env });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT_CHARACTERS)));
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null) return;
    process.kill(detached ? -child.pid : child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: error.message, stderr }));
      child.once('close', (code, signalName) => resolve({ code: code ?? signalName ?? 'no exit code', stderr }));
    });
  } finally {
    signal.removeEventListener('abort', end);
  }
}

async function isPdf(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    const { buffer } = await handle.read(Buffer.alloc(5), 0, 5, 0).finally(() => handle.close());
    return buffer.toString('latin1') === '%PDF-';
  } catch {
    return false;
  }
}
