/** The server of `--device remote`: address and names from options, the token from a private file or the environment, never from an option. */
import { Option, type Command } from 'commander';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { remoteProtocolSchema, serverUrlFault, tokenSchema, type RemoteAccess, type RemoteProtocol } from '#shared/domain/remote-server';
import { UsageError, type CliContext } from './context';

export interface RemoteOptions {
  server?: string;
  protocol?: RemoteProtocol;
  serverModel?: string;
  serverVersion?: string;
  ca?: string;
  tokenFile?: string;
}

/** Bits of other users in a file's mode. */
const OTHERS = 0o077;

export function addRemoteOptions(command: Command, { t }: CliContext): Command {
  return command
    .option('--server <url>', t('option.server'))
    .addOption(new Option('--protocol <protocol>', t('option.protocol')).choices(remoteProtocolSchema.options).default('http'))
    .option('--server-model <name>', t('option.serverModel'))
    .option('--server-version <version>', t('option.serverVersion'))
    .option('--ca <file.pem>', t('option.ca'))
    .option('--token-file <file>', t('option.tokenFile'));
}

/** @returns null where no server is named. @throws UsageError */
export async function readRemoteAccess(context: CliContext, options: RemoteOptions): Promise<RemoteAccess | null> {
  if (options.server === undefined) return null;
  const fault = serverUrlFault(options.server);
  if (fault !== null) throw new UsageError('usage.serverUrl', { value: options.server, fault });
  return {
    server: {
      url: options.server,
      protocol: options.protocol ?? 'http',
      model: options.serverModel ?? '',
      version: options.serverVersion ?? '',
      caFile: options.ca === undefined ? '' : path.resolve(context.io.cwd, options.ca),
    },
    token: await readToken(context, options.tokenFile),
  };
}

/** From the file, else from RAILSCOPE_TOKEN; null = none. @throws UsageError for a file that others may read, or no token in it */
export async function readToken({ io }: CliContext, tokenFile: string | undefined): Promise<string | null> {
  const text = tokenFile === undefined ? io.env['RAILSCOPE_TOKEN'] : await readPrivateFile(path.resolve(io.cwd, tokenFile));
  if (text === undefined || (tokenFile === undefined && text === '')) return null;
  const token = tokenSchema.safeParse(text.trim());
  if (token.success) return token.data;
  throw new UsageError('usage.token', { source: tokenFile ?? 'RAILSCOPE_TOKEN' });
}

async function readPrivateFile(file: string): Promise<string> {
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) throw new UsageError('usage.tokenFile', { file });
  if (process.platform !== 'win32' && (info.mode & OTHERS) !== 0) throw new UsageError('usage.tokenFileOpen', { file });
  return readFile(file, 'utf8').catch(() => {
    throw new UsageError('usage.tokenFile', { file });
  });
}
