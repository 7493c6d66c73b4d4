/** Where this process keeps what it measured. */
import { homedir } from 'node:os';
import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The machine's profile: RAILSCOPE_PROFILE, else in the application's data folder as Electron names it, so that the
 * window uses what the command line measured.
 */
export function profileFile(env: Environment = process.env, platform = process.platform): string {
  return env['RAILSCOPE_PROFILE'] ?? path.join(dataFolder(env, platform), 'RailScope', 'machine-profile.json');
}

/** Measured batch sizes, which can be made again: RAILSCOPE_CACHE_FOLDER, else the user's cache. */
export function batchFile(env: Environment = process.env): string {
  const cache = path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'railscope');
  return path.join(env['RAILSCOPE_CACHE_FOLDER'] ?? cache, 'batches.json');
}

function dataFolder(env: Environment, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env['APPDATA'] ?? path.join(homedir(), 'AppData/Roaming');
  if (platform === 'darwin') return path.join(homedir(), 'Library/Application Support');
  return env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config');
}
