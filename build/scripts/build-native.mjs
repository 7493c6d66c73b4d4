/**
 * `npm run build:native`: builds the Ascend addon and its probe program with CMake into .cache/native/release. Where
 * there is no Linux, CMake or C++ compiler it says so in one line, and the product has no Ascend backend.
 */
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
/** What the product carries; everything else of the build is for tests. */
const productFiles = ['ascend-acl.node', 'ascend-probe'];

/** @typedef {'release' | 'asan'} NativeVariant asan: with AddressSanitizer, for tests */

/** @param {NativeVariant} variant @returns {string} the build folder */
export function nativeFolder(variant) {
  return path.join(root, '.cache/native', variant);
}

function works(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** @returns {string | null} why nothing can be built here */
function whyNot() {
  if (process.platform !== 'linux') return 'Ascend devices are supported on Linux only';
  if (!works('cmake')) return 'CMake is not installed';
  if (![process.env.CXX, 'c++', 'g++', 'clang++'].some((compiler) => compiler && works(compiler))) return 'there is no C++ compiler';
  return null;
}

function cmake(args, log) {
  const result = spawnSync('cmake', args, { cwd: root, encoding: 'utf8' });
  if (result.status === 0) return;
  log(`${result.stdout}${result.stderr}`);
  throw new Error(`cmake ${args[0]} failed`);
}

/**
 * @param {{variant?: NativeVariant, tests?: boolean, log: (line: string) => void}} options tests: the simulator and the C++ tests too
 * @returns {string | null} the build folder; null where nothing can be built, said in one line
 * @throws Error when the build itself fails
 */
export function buildNative({ variant = 'release', tests = false, log }) {
  const reason = whyNot();
  if (reason !== null) {
    log(`the Ascend addon is not built: ${reason}`);
    return null;
  }
  const folder = nativeFolder(variant);
  const include = (name) => path.join(root, 'node_modules', name);
  const configure = ['-S', path.join(root, 'native'), '-B', folder, '-DCMAKE_BUILD_TYPE=Release'];
  if (!existsSync(path.join(folder, 'CMakeCache.txt')) && works('ninja')) configure.push('-G', 'Ninja');
  configure.push(`-DNODE_API_HEADERS=${include('node-api-headers/include')}`, `-DNODE_ADDON_API=${include('node-addon-api')}`);
  configure.push(`-DRAILSCOPE_TESTS=${tests ? 'ON' : 'OFF'}`, `-DRAILSCOPE_ASAN=${variant === 'asan' ? 'ON' : 'OFF'}`);
  cmake(configure, log);
  cmake(['--build', folder, '--parallel', String(availableParallelism())], log);
  return folder;
}

/** Builds and puts the product's files into `target`; nothing where nothing can be built. */
export async function installNative(target, log) {
  const folder = buildNative({ log });
  if (folder === null) return;
  await mkdir(target, { recursive: true });
  for (const file of productFiles) await copyFile(path.join(folder, 'ascend-acl', file), path.join(target, file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = buildNative({ log: (line) => process.stderr.write(`${line}\n`) });
  if (folder !== null) process.stdout.write(`${path.join(folder, 'ascend-acl')}\n`);
}
