import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where the machine's profile is kept: RAILSCOPE_PROFILE, else the application's data folder as Electron names it, so
 * that the window uses what the command line measured.
 */
export function profileFile(env: Readonly<Record<string, string | undefined>> = process.env, platform = process.platform): string {
  return env['RAILSCOPE_PROFILE'] ?? path.join(dataFolder(env, platform), 'RailScope', 'machine-profile.json');
}

function dataFolder(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  if (platform === 'win32') return env['APPDATA'] ?? path.join(homedir(), 'AppData/Roaming');
  if (platform === 'darwin') return path.join(homedir(), 'Library/Application Support');
  return env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config');
}
