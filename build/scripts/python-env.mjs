/**
 * A Python virtual environment with exactly the packages of one requirements file, made once and kept in the cache
 * folder under the hash of that file, so that every clone and every test step finds it ready.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';
import { SetupError, ensureSystemPackages, hashOf, main, run, say } from './steps.mjs';

const candidates = ['python3.13', 'python3.12', 'python3.11', 'python3'];

/** The first interpreter of at least 3.11 that can make environments; null = none. */
function findPython() {
  const test = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 11) else 1)';
  return candidates.find((name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0) ?? null;
}

/** @returns {string} an interpreter; installs Debian's when root. @throws SetupError naming the command to run */
function ensurePython() {
  const found = findPython();
  if (found) return found;
  ensureSystemPackages([
    ['python3', 'python3'],
    ['python3-venv-is-missing', 'python3-venv'],
  ]);
  const installed = findPython();
  if (!installed) throw new SetupError('Python 3.11 or newer with venv is needed (Debian: apt-get install python3 python3-venv)');
  return installed;
}

/**
 * @param {string} name of the environment, for its folder
 * @param {string} requirementsFile absolute path
 * @returns {Promise<string>} the environment's Python
 * @throws SetupError when Python or a package cannot be had
 */
export async function ensurePythonEnvironment(name, requirementsFile) {
  const python = ensurePython();
  const version = spawnSync(python, ['--version'], { encoding: 'utf8' }).stdout;
  const key = hashOf(version, await readFile(requirementsFile, 'utf8')).slice(0, 12);
  const folder = path.join(cacheFolder(), `${name}-${key}`);
  const interpreter = path.join(folder, 'bin/python');
  const stamp = path.join(folder, 'complete');
  if (existsSync(stamp)) return interpreter;
  say(`installing the Python packages of ${path.basename(requirementsFile)} (once) …`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true });
  run(python, ['-m', 'venv', folder]);
  run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirementsFile]);
  await writeFile(stamp, '');
  return interpreter;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, requirements] = process.argv.slice(2);
  await main(async () => void process.stdout.write(`${await ensurePythonEnvironment(name, path.resolve(requirements))}\n`));
}
