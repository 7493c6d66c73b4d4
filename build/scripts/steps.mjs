/** What start, test and the command line share: getting a fresh clone ready, step by step, each only when needed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSharpGlibPrivate } from './sharp-private-glib.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const stampFolder = path.join(root, '.cache');
const isRoot = process.getuid?.() === 0;

/** Everything goes to stderr, so that a command's stdout stays its own. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

export class SetupError extends Error {}

/** Runs a program with its output on stderr. @throws SetupError when it fails */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.status !== 0) throw new SetupError(`${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}`);
}

export function hashOf(...texts) {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

/** npm packages as the lockfile says; npm's own copy of the lockfile tells when they were installed. */
export async function ensurePackages() {
  const modifiedMs = (file) => statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (modifiedMs('node_modules/.package-lock.json') >= modifiedMs('package-lock.json')) return;
  say('installing npm packages (once) …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  try {
    makeSharpGlibPrivate(path.join(root, 'node_modules'));
  } catch (error) {
    say(`sharp keeps its public GLib names (${error.message}); see build/adr/0005-sharp-private-glib.md`);
  }
}

/** Shared libraries that Electron needs on Debian and Ubuntu, by the file that proves each. */
const electronLibraries = [
  ['libgtk-3.so.0', 'libgtk-3-0'],
  ['libnss3.so', 'libnss3'],
  ['libasound.so.2', 'libasound2'],
  ['libgbm.so.1', 'libgbm1'],
  ['libXss.so.1', 'libxss1'],
  ['libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0'],
];

function hasLibrary(file) {
  const list = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  return list.status === 0 && list.stdout.includes(file);
}

/** @param {string} name of a program, or the absolute path of a file that shows the package is there */
function hasProgram(name) {
  if (path.isAbsolute(name)) return existsSync(name);
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => folder !== '' && existsSync(path.join(folder, name)));
}

/**
 * Installs missing system packages when root, else says the exact command.
 * @param {string[][]} needed [program, library or absolute file, Debian package] pairs needed besides Electron's libraries
 */
export function ensureSystemPackages(needed = []) {
  const has = (name) => (name.includes('.so') ? hasLibrary(name) : hasProgram(name));
  if (process.platform !== 'linux') return;
  const missing = [
    ...electronLibraries.filter(([file]) => !hasLibrary(file)).map(([, name]) => name),
    ...needed.filter(([name]) => !has(name)).map(([, name]) => name),
  ];
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!isRoot || !hasProgram('apt-get')) {
    throw new SetupError(`system packages are missing. Install them, then start again:\n\n    sudo apt-get update && sudo ${install}\n`);
  }
  say(`installing system packages: ${missing.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, stdio: ['ignore', 'ignore', 2] };
  run('apt-get', ['update', '-qq'], quiet);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet);
}

const sourceFolders = ['electron', 'renderer', 'native', 'models/bench', 'build', 'package.json'];
const sourceFile = /\.(ts|tsx|mjs|css|html|json|svg|woff2|cpp|hpp|h|txt)$/;

/** A fingerprint of every source file's path, size and time: cheap, and wrong only in the direction of building again. */
function sourceFingerprint() {
  const parts = [];
  const visit = (item) => {
    const info = statSync(item, { throwIfNoEntry: false });
    if (!info) return;
    if (info.isDirectory()) {
      for (const name of readdirSync(item).sort()) if (name !== 'node_modules' && name !== 'dist') visit(path.join(item, name));
    } else if (sourceFile.test(item)) parts.push(`${path.relative(root, item)}:${info.size}:${info.mtimeMs}`);
  };
  for (const folder of sourceFolders) visit(path.join(root, folder));
  return hashOf(...parts);
}

/** dist/, rebuilt when a source changed. */
export async function ensureBuild() {
  const stamp = path.join(stampFolder, 'build.stamp');
  const fingerprint = sourceFingerprint();
  const built = existsSync(path.join(root, 'dist/renderer/index.html')) ? await readFile(stamp, 'utf8').catch(() => '') : '';
  if (built === fingerprint) return;
  say('building …');
  run(process.execPath, [path.join(root, 'build/scripts/build.mjs')]);
  await mkdir(stampFolder, { recursive: true });
  await writeFile(stamp, fingerprint);
}

export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}

/** Chromium refuses its sandbox to root; only root turns it off. */
export const sandboxArguments = isRoot ? ['--no-sandbox'] : [];

/** Runs a script's main function; setup problems end it with one clear line and status 1. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    say(error instanceof SetupError ? `\nrailscope: ${error.message}` : `\nrailscope: ${error.stack ?? error}`);
    process.exitCode = 1;
  }
}
