/** What of the Ascend driver is there: device files and their permissions, versions, tools. Opens no device and loads nothing. */
import { accessSync, constants, existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export interface DriverState {
  /** numbers of /dev/davinci<N> */
  readonly deviceNodes: readonly number[];
  /** device files that exist but may not be opened for reading and writing */
  readonly forbidden: readonly string[];
  readonly hasManager: boolean;
  /** from version.info of the driver, null where there is none */
  readonly driverVersion: string | null;
  readonly driverPath: string | null;
  readonly npuSmi: string | null;
}

/** @param root where the file system is looked at; for tests */
export function driverState(root = '/', env: NodeJS.ProcessEnv = process.env): DriverState {
  const at = (file: string): string => path.join(root, file);
  const names = existsSync(at('dev')) ? readdirSync(at('dev')) : [];
  const deviceNodes = names.flatMap((name) => {
    const match = /^davinci(\d+)$/.exec(name);
    return match ? [Number(match[1])] : [];
  });
  const hasManager = names.includes('davinci_manager');
  const files = [...deviceNodes.map((id) => `dev/davinci${id}`), ...(hasManager ? ['dev/davinci_manager'] : [])];
  const driverPath = installPath(at('etc/ascend_install.info')) ?? (existsSync(at('usr/local/Ascend/driver')) ? 'usr/local/Ascend' : null);
  return {
    deviceNodes: deviceNodes.sort((a, b) => a - b),
    forbidden: files.filter((file) => !mayUse(at(file))).map((file) => `/${file}`),
    hasManager,
    driverVersion: driverPath === null ? null : versionIn(at(path.join(driverPath, 'driver/version.info'))),
    driverPath: driverPath === null ? null : path.resolve('/', driverPath, 'driver'),
    npuSmi: findProgram('npu-smi', [...(env.PATH ?? '').split(':'), '/usr/local/bin', '/usr/local/sbin'], root),
  };
}

/** Why no device can be used, or null. English, technical. */
export function whyNoDevice(state: DriverState): string | null {
  if (state.deviceNodes.length === 0) return 'no Ascend device is visible (no /dev/davinci0)';
  if (!state.hasManager) return '/dev/davinci_manager is missing; in a container it must be passed in';
  if (state.forbidden.length > 0) return `no permission for ${state.forbidden.join(', ')}; add this user to the group HwHiAiUser`;
  return null;
}

function mayUse(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function installPath(file: string): string | null {
  return field(file, /^Driver_Install_Path_Param=(.+)$/m);
}

function versionIn(file: string): string | null {
  return field(file, /^Version=(.+)$/im);
}

function field(file: string, pattern: RegExp): string | null {
  if (!existsSync(file)) return null;
  return pattern.exec(readFileSync(file, 'utf8'))?.[1]?.trim() ?? null;
}

function findProgram(name: string, folders: readonly string[], root: string): string | null {
  const folder = folders.find((candidate) => candidate !== '' && existsSync(path.join(root, candidate, name)));
  return folder === undefined ? null : path.join(folder, name);
}
