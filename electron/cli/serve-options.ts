import { Option, type Command } from 'commander';
import path from 'node:path';
import { deviceChoiceSchema, type DeviceChoice } from '#shared/domain/model';
import { isLoopback } from '#shared/loopback';
import { defaultServeLimits } from '#shared/ports/serving';
import { serve } from './commands/serve';
import { addCommonOptions } from './common-options';
import { UsageError, type CliContext, type ExitCode } from './context';
import { integerFrom } from './option-values';
import { readToken } from './remote-options';

interface ServeOptions {
  model?: string[];
  device: DeviceChoice;
  threads: number;
  host: string;
  port: number;
  tokenFile?: string;
  tlsCert?: string;
  tlsKey?: string;
  maxBodyMb: number;
  maxPending: number;
  timeout: number;
  json?: boolean;
}

const MEGABYTE = 1024 * 1024;
const DEFAULT_PORT = 8000;

export function addServe(program: Command, context: CliContext, finish: (code: ExitCode) => void): void {
  const { t } = context;
  const { bodyBytes, pending, requestTimeoutMs } = defaultServeLimits;
  const devices = deviceChoiceSchema.options.filter((choice) => choice !== 'remote');
  const command = program
    .command('serve')
    .description(t('serve.description'))
    .option('--model <id...>', t('serve.model'))
    .addOption(new Option('--device <device>', t('option.device')).choices(devices).default('auto'))
    .option('--threads <n>', t('option.threads'), integerFrom('--threads', 0, 1024), 0)
    .option('--host <address>', t('serve.host'), '127.0.0.1')
    .option('--port <n>', t('serve.port'), integerFrom('--port', 0, 65_535), DEFAULT_PORT)
    .option('--token-file <file>', t('serve.tokenFile'))
    .option('--tls-cert <file.pem>', t('serve.tlsCert'))
    .option('--tls-key <file.pem>', t('serve.tlsKey'))
    .option('--max-body-mb <n>', t('serve.maxBody'), integerFrom('--max-body-mb', 1, 1024), bodyBytes / MEGABYTE)
    .option('--max-pending <n>', t('serve.maxPending'), integerFrom('--max-pending', 1, 1024), pending)
    .option('--timeout <s>', t('serve.timeout'), integerFrom('--timeout', 1, 3600), requestTimeoutMs / 1000)
    .addHelpText('after', `\n${t('serve.notes')}`);
  addCommonOptions(command, context).action(async (options: ServeOptions) => finish(await run(context, options)));
}

async function run(context: CliContext, options: ServeOptions): Promise<ExitCode> {
  const { host, port, device, threads, maxPending } = options;
  const token = await readToken(context, options.tokenFile);
  if (!isLoopback(host) && token === null) throw new UsageError('usage.tokenNeeded', { host });
  const limits = {
    ...defaultServeLimits,
    bodyBytes: options.maxBodyMb * MEGABYTE,
    pending: maxPending,
    pendingPerClient: Math.max(1, Math.ceil(maxPending / 2)),
    requestTimeoutMs: options.timeout * 1000,
  };
  const models = options.model ?? null;
  const input = { version: context.ports.version, models, device, threads, host, port, token, tls: tlsOf(context, options), limits };
  return serve(context, input, options.json ?? false);
}

function tlsOf({ io }: CliContext, { tlsCert, tlsKey }: ServeOptions): { certFile: string; keyFile: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw new UsageError('usage.tlsPair');
  return { certFile: path.resolve(io.cwd, tlsCert), keyFile: path.resolve(io.cwd, tlsKey) };
}
