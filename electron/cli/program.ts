import { Command, CommanderError, Option } from 'commander';
import path from 'node:path';
import { deviceChoiceSchema, type DeviceChoice } from '#shared/domain/model';
import { localeSchema } from '#shared/domain/settings';
import { evaluate } from './commands/eval';
import { inspect } from './commands/inspect';
import { listDevices, listModels } from './commands/lists';
import { UsageError, type CliContext, type ExitCode } from './context';
import { addBench, addPrecision } from './measure/measure-options';
import { integerFrom, numberFrom } from './option-values';

interface SharedOptions {
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
  addList(program, context, 'models', (json) => listModels(context, json), finish);
  addList(program, context, 'devices', (json) => listDevices(context, json), finish);
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
      finish(await inspect(context, { ...sharedOptions(options), ...more }));
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
      finish(await evaluate(context, { ...sharedOptions(options), ...folders, predictions, metric: options.metric }));
    });
}

function addList(
  program: Command,
  context: CliContext,
  name: 'models' | 'devices',
  list: (json: boolean) => Promise<ExitCode>,
  finish: (code: ExitCode) => void,
): void {
  const command = program.command(name).description(context.t(`${name}.description`));
  addCommonOptions(command, context).action(async (options: { json?: boolean }) => finish(await list(options.json ?? false)));
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
  return addCommonOptions(command, context);
}

function addCommonOptions(command: Command, context: CliContext): Command {
  localise(command, context);
  return command.option('--json', context.t('option.json')).addOption(localeOption(context));
}

/** The language is read before parsing (`chooseLocale`); here the option is only declared and checked. */
function localeOption({ t }: CliContext): Option {
  return new Option('--locale <locale>', t('help.locale')).choices(localeSchema.options);
}

function sharedOptions(options: SharedOptions) {
  return {
    modelId: options.model ?? null,
    device: options.device,
    threshold: options.threshold ?? null,
    minimumAreaPx: options.minArea ?? null,
    region: options.region,
    threads: options.threads,
    json: options.json ?? false,
  };
}

function localise(command: Command, { t, io }: CliContext): void {
  const titles: Record<string, string> = {
    'Usage:': t('help.usage'),
    'Arguments:': t('help.arguments'),
    'Options:': t('help.options'),
    'Commands:': t('help.commands'),
  };
  command
    .exitOverride()
    .helpOption('-h, --help', t('help.help'))
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: () => undefined })
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      optionDescription: (option) => describeOption(option, t),
    });
}

function describeOption(option: Option, t: CliContext['t']): string {
  const facts: string[] = [];
  if (option.argChoices) facts.push(`${t('help.choices')}: ${option.argChoices.join(', ')}`);
  const value = typeof option.defaultValue === 'boolean' ? '' : String(option.defaultValue ?? '');
  if (value !== '') facts.push(`${t('help.default')}: ${value}`);
  return facts.length > 0 ? `${option.description} (${facts.join('; ')})` : option.description;
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
