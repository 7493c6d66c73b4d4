/** What every command has: options for output and language, and help in the user's language. */
import { Option, type Command } from 'commander';
import { localeSchema } from '#shared/domain/settings';
import type { CliContext } from './context';

/** `--json`, `--locale` and help in the user's language. */
export function addCommonOptions(command: Command, context: CliContext): Command {
  localise(command, context);
  return command.option('--json', context.t('option.json')).addOption(localeOption(context));
}

/** The language is read before parsing (`chooseLocale`); here the option is only declared and checked. */
export function localeOption({ t }: CliContext): Option {
  return new Option('--locale <locale>', t('help.locale')).choices(localeSchema.options);
}

/** Help and errors of a command in the user's language; nothing is printed or ended by the parser itself. */
export function localise(command: Command, { t, io }: CliContext): void {
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
