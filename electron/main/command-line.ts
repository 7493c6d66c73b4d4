/** What the application was asked to do when it was started. */
import path from 'node:path';
import { RailscopeError } from '#shared/errors/railscope-error';
import { localeSchema, type Locale } from '#shared/domain/settings';

export interface ReportRequest {
  kind: 'report';
  outputPath: string;
  folder: string;
  dataFolder: string | null;
  locale: Locale;
}

export interface WindowRequest {
  kind: 'window';
  /** absolute; null = none was named */
  folder: string | null;
  /** where the database of that folder is kept; null = the project's own place */
  dataFolder: string | null;
  demo: boolean;
}

export type StartRequest = WindowRequest | ReportRequest;

/**
 * @param argv as Electron got it: executable, switches, then (not packaged) the application folder, then the folder of pictures
 * @param cwd what relative paths start from
 * @throws bad-request when report mode lacks a folder or names an unknown language
 */
export function parseCommandLine(argv: readonly string[], options: { packaged: boolean; cwd: string }): StartRequest {
  const absolute = (value: string | null): string | null => (value ? path.resolve(options.cwd, value) : null);
  const positional = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  const folder = absolute(positional[options.packaged ? 0 : 1] ?? null);
  const dataFolder = absolute(switchValue(argv, 'railscope-data'));
  const outputPath = absolute(switchValue(argv, 'railscope-report'));
  if (outputPath === null) return { kind: 'window', folder, dataFolder, demo: argv.includes('--railscope-demo') };
  const project = absolute(switchValue(argv, 'railscope-project'));
  if (project === null) throw new RailscopeError('bad-request', '--railscope-report needs --railscope-project=<folder>');
  return { kind: 'report', outputPath, folder: project, dataFolder, locale: parseLocale(switchValue(argv, 'railscope-locale')) };
}

function switchValue(argv: readonly string[], name: string): string | null {
  const prefix = `--${name}=`;
  const found = argv.find((argument) => argument.startsWith(prefix));
  return found?.slice(prefix.length) || null;
}

function parseLocale(value: string | null): Locale {
  const parsed = localeSchema.safeParse(value ?? 'zh-CN');
  if (!parsed.success) throw new RailscopeError('bad-request', `--railscope-locale must be one of ${localeSchema.options.join(', ')}`);
  return parsed.data;
}
