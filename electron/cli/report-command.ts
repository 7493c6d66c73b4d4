import { RailscopeError } from '#shared/errors/railscope-error';
import type { Locale } from '#shared/domain/settings';

export interface ReportCommandInput {
  electron: string;
  /** the application's folder */
  root: string;
  folder: string;
  dataFolder: string;
  outputPath: string;
  locale: Locale;
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  isRoot: boolean;
  hasXvfbRun: boolean;
}

/** Debian's names of what Electron needs. */
export const electronLibraries = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libatk-bridge2.0-0'];

/**
 * The command that prints a report with Electron.
 * @throws report-failed naming the package to install where there is neither a display nor a stand-in for one
 */
export function planReportCommand(input: ReportCommandInput): { command: string; args: string[] } {
  const { electron, platform, env } = input;
  const args = electronArguments(input);
  const hasDisplay = platform !== 'linux' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
  if (hasDisplay) return { command: electron, args };
  if (input.hasXvfbRun) return { command: 'xvfb-run', args: ['-a', electron, ...args] };
  const advice = `printing needs a display; without one install Xvfb: ${aptCommand(['xvfb', 'xauth'], input.isRoot)}`;
  throw new RailscopeError('report-failed', advice, { path: input.outputPath });
}

export function aptCommand(packages: readonly string[], isRoot: boolean): string {
  return `${isRoot ? '' : 'sudo '}apt-get install -y ${packages.join(' ')}`;
}

function electronArguments({ root, folder, dataFolder, outputPath, locale, isRoot }: ReportCommandInput): string[] {
  const switches = {
    'railscope-report': outputPath,
    'railscope-project': folder,
    'railscope-data': dataFolder,
    'railscope-locale': locale,
  };
  const args = [root, ...Object.entries(switches).map(([name, value]) => `--${name}=${value}`)];
  // Chromium's sandbox refuses to start for root
  return isRoot ? [...args, '--no-sandbox'] : args;
}
