/** Where the ACL library may be on this machine, in the order in which it is looked for. Looks at files only, loads nothing. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { LibraryCandidate } from './binding';

const wholeLibrary = 'libascendcl.so';
/** What newer installations split it into. */
const splitLibrary = ['libacl_rt.so', 'libacl_mdl.so'] as const;
const homeVariables = ['ASCEND_HOME_PATH', 'ASCEND_TOOLKIT_HOME', 'ASCEND_RUNTIME_PATH'] as const;
const installations = ['cann', 'ascend-toolkit/latest', 'latest', 'nnrt/latest', 'nnae/latest'] as const;
/** Names a library for tests; nothing else is tried then. */
const testVariable = 'ASCEND_OM_ACL_LIB';

export interface SearchOptions {
  /** a library or a folder that holds it; nothing else is tried then */
  readonly libraryPath?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** where the file system is looked at; for tests */
  readonly root?: string;
  readonly home?: string;
}

/** @returns candidates for the loader, best first; never empty */
export function libraryCandidates({
  libraryPath,
  env = process.env,
  root = '/',
  home = homedir(),
}: SearchOptions = {}): LibraryCandidate[] {
  if (libraryPath) return named('option libraryPath', libraryPath);
  const forTests = env[testVariable];
  if (forTests) return named(testVariable, forTests);
  const arch = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux';
  return [
    { origin: 'already loaded', paths: [wholeLibrary], loadedOnly: true },
    { origin: 'already loaded', paths: splitLibrary, loadedOnly: true },
    ...homeVariables.flatMap((name) => (env[name] ? inFolder(name, path.join(env[name], 'lib64')) : [])),
    ...byName(env),
    ...[path.join(root, 'usr/local/Ascend'), path.join(home, 'Ascend')].flatMap((base) =>
      installations.flatMap((name) => ['lib64', `${arch}/lib64`].flatMap((folder) => inFolder(base, path.join(base, name, folder)))),
    ),
  ];
}

/** A library or a folder somebody chose: what is wrong with it is for the loader to say. */
function named(origin: string, file: string): LibraryCandidate[] {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    const found = inFolder(origin, file);
    return found.length > 0 ? found : [{ origin, paths: [path.join(file, wholeLibrary)], loadedOnly: false }];
  }
  const isHalf = splitLibrary.some((name) => path.basename(file).startsWith(name));
  return [{ origin, paths: isHalf ? splitLibrary.map((name) => path.join(path.dirname(file), name)) : [file], loadedOnly: false }];
}

function inFolder(origin: string, folder: string): LibraryCandidate[] {
  const candidates: LibraryCandidate[] = [];
  const whole = path.join(folder, wholeLibrary);
  if (existsSync(whole)) candidates.push({ origin, paths: [realpathSync(whole)], loadedOnly: false });
  const halves = splitLibrary.map((name) => path.join(folder, name));
  if (halves.every((file) => existsSync(file))) {
    candidates.push({ origin, paths: halves.map((file) => realpathSync(file)), loadedOnly: false });
  }
  return candidates;
}

/**
 * By its bare name, as the dynamic linker finds it. What LD_LIBRARY_PATH leads to is named in full, so that a stub is
 * recognised before it is opened: once in the process it could not be removed again.
 */
function byName(env: NodeJS.ProcessEnv): LibraryCandidate[] {
  const folders = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  const origin = 'LD_LIBRARY_PATH';
  const found = folders.flatMap((folder) => inFolder(origin, folder));
  const bare = [wholeLibrary, `${wholeLibrary}.1`].map((name) => ({ origin: 'dynamic linker', paths: [name], loadedOnly: false }));
  // the linker would find the same files by their bare names
  return found.length > 0 ? found : [...bare, { origin: 'dynamic linker', paths: splitLibrary, loadedOnly: false }];
}

/** CANN installations on this machine whose environment script could be sourced. */
export function environmentScripts({ root = '/', home = homedir() }: SearchOptions = {}): string[] {
  return [path.join(root, 'usr/local/Ascend'), path.join(home, 'Ascend')].flatMap((base) => {
    const names = new Set<string>(installations);
    // from 8.5 on also cann-<version>
    for (const entry of readFolder(base)) if (entry.startsWith('cann-')) names.add(entry);
    return [...names].map((name) => path.join(base, name, 'set_env.sh')).filter((file) => existsSync(file));
  });
}

function readFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
