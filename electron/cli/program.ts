import { Command, CommanderError, Option } from 'commander';
import path from 'node:path';
import { deviceChoiceSchema, type DeviceChoice } from '#shared/domain/model';
import { evaluate } from './commands/eval';
import { inspect } from './commands/inspect';
import { listDevices, listModels } from './commands/lists';
import { UsageError, type CliContext, type ExitCode } from './context';
import { addCommonOptions, localeOption, localise } from './common-options';
import { addBench, addPrecision } from './measure/measure-options';
import { integerFrom, numberFrom } from './option-values';
import { addRemoteOptions, readRemoteAccess, type RemoteOptions } from './remote-options';
import { addServe } from './serve-options';

interface SharedOptions extends RemoteOptions {
  model?: string;
  device: DeviceChoice;
  threshold?: number;
  minArea?: number;
  region: 'auto' | 'full';
  threads: number;
  json?: boolean;
}

/**
 * The commands with their options. Nothing is printed or ended by the parser itself, except help and version.
 * @param finish receives the exit code of the command that ran
 */
export function buildProgram(context: CliContext, finish: (code: ExitCode) => void): Command {
  const { t, ports } = context;
  const program = new Command('railscope')
    .description(t('program.description'))
    .version(ports.version, '--version', t('help.version'))
    .addOption(localeOption(context))
    .addHelpText('after', `\n${t('program.exitCodes')}`);
  localise(program, context);
  program.helpCommand(false);
  addInspect(program, context, finish);
  addEval(program, context, finish);
  addCommonOptions(addPrecision(program, context, finish), context);
  addCommonOptions(addBench(program, context, finish), context);
  addModels(program, context, finish);
  addDevices(program, context, finish);
  addServe(program, context, finish);
  return program;
}

function addInspect(program: Command, context: CliContext, finish: (code: ExitCode) => void): void {
  const { t, io } = context;
  const command = program.command('inspect').description(t('inspect.description')).argument('<folder>', t('inspect.folder'));
  addSharedOptions(command, context, 'auto')
    .option('--out <dir>', t('option.out'))
    .option('--report <file.pdf>', t('option.report'))
    .action(async (target: string, options: SharedOptions & { out?: string; report?: string }) => {
      const absolute = (file: string | undefined): string | null => (file === undefined ? null : path.resolve(io.cwd, file));
      const more = { target: path.resolve(io.cwd, target), out: absolute(options.out), report: absolute(options.report) };
      finish(await inspect(context, { ...(await sharedOptions(context, options)), ...more }));
    });
}

function addEval(program: Command, context: CliContext, finish: (code: ExitCode) => void): void {
  const { t, io } = context;
  const command = program
    .command('eval')
    .description(t('eval.description'))
    .argument('<images>', t('eval.images'))
    .argument('<masks>', t('eval.masks'));
  addSharedOptions(command, context, 'full')
    .addOption(new Option('--metric <name>', t('eval.metric')).choices(['compat', 'strict']).default('compat'))
    .option('--predictions <dir>', t('eval.predictions'))
    .addHelpText('after', `\n${t('eval.notes')}`)
    .action(async (images: string, masks: string, options: SharedOptions & { metric: 'compat' | 'strict'; predictions?: string }) => {
      const folders = { images: path.resolve(io.cwd, images), masks: path.resolve(io.cwd, masks) };
      const predictions = options.predictions === undefined ? null : path.resolve(io.cwd, options.predictions);
      const shared = await sharedOptions(context, options);
      finish(await evaluate(context, { ...shared, ...folders, predictions, metric: options.metric }));
    });
}

function addModels(program: Command, context: CliContext, finish: (code: ExitCode) => void): void {
  const command = program.command('models').description(context.t('models.description'));
  addCommonOptions(command, context).action(async ({ json }: { json?: boolean }) => finish(await listModels(context, json ?? false)));
}

function addDevices(program: Command, context: CliContext, finish: (code: ExitCode) => void): void {
  const command = program.command('devices').description(context.t('devices.description'));
  addRemoteOptions(addCommonOptions(command, context), context).action(async (options: RemoteOptions & { json?: boolean }) => {
    finish(await listDevices(context, options.json ?? false, await readRemoteAccess(context, options)));
  });
}

function addSharedOptions(command: Command, context: CliContext, region: 'auto' | 'full'): Command {
  const { t } = context;
  command
    .option('--model <id>', t('option.model'))
    .addOption(new Option('--device <device>', t('option.device')).choices(deviceChoiceSchema.options).default('auto'))
    .option('--threshold <t>', t('option.threshold'), numberFrom('--threshold', 0, 1))
    .option('--min-area <px>', t('option.minArea'), integerFrom('--min-area', 0, 1e9))
    .addOption(new Option('--region <region>', t('option.region')).choices(['auto', 'full']).default(region))
    .option('--threads <n>', t('option.threads'), integerFrom('--threads', 0, 1024), 0);
  return addCommonOptions(addRemoteOptions(command, context), context);
}

/** @throws UsageError where the server and the device do not go together */
async function sharedOptions(context: CliContext, options: SharedOptions) {
  const remote = await readRemoteAccess(context, options);
  if (options.device === 'remote' && !remote) throw new UsageError('usage.serverNeeded');
  if (options.device !== 'remote' && remote) throw new UsageError('usage.serverUnused');
  return {
    remote,
    modelId: options.model ?? null,
    device: options.device,
    threshold: options.threshold ?? null,
    minimumAreaPx: options.minArea ?? null,
    region: options.region,
    threads: options.threads,
    json: options.json ?? false,
  };
}

/** What the parser found wrong, in the user's language; null = help or version was asked for. */
export function usageErrorOf(error: CommanderError): UsageError | null {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.helpDisplayed':
    case 'commander.version':
      return null;
    case 'commander.unknownOption':
      return new UsageError('usage.unknownOption', { name });
    case 'commander.unknownCommand':
      return new UsageError('usage.unknownCommand', { name });
    case 'commander.missingArgument':
      return new UsageError('usage.missingArgument', { name });
    case 'commander.optionMissingArgument':
      return new UsageError('usage.optionMissingArgument', { name });
    case 'commander.excessArguments':
      return new UsageError('usage.excessArguments');
    case 'commander.help':
      return new UsageError('usage.missingCommand');
    default:
      return new UsageError('usage.invalidValue', { message: error.message.replace(/^error: /, '') });
  }
}
