import { CommanderError } from 'commander';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { errorLine, exitCodes, jsonReason, UsageError, type CliContext, type CliIo, type CliPorts, type ExitCode } from './context';
import { buildProgram, usageErrorOf } from './program';
import { chooseLocale, translator } from './texts';

/**
 * The whole command line in one call, over a terminal and processes that tests can stand in for.
 * @param argv without the executable and the script
 * @returns the exit code; never throws
 */
export async function runCli(argv: readonly string[], io: CliIo, ports: CliPorts): Promise<ExitCode> {
  const locale = chooseLocale(argv, io.env);
  const abort = new AbortController();
  const stopListening = io.onInterrupt(() => abort.abort());
  const context: CliContext = { io, ports, locale, t: translator(locale), signal: abort.signal };
  let code: ExitCode = exitCodes.done;
  try {
    await buildProgram(context, (finished) => (code = finished)).parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return explain(context, error, argv.includes('--json'));
  } finally {
    stopListening();
  }
}

function explain(context: CliContext, error: unknown, json: boolean): ExitCode {
  const { io, t } = context;
  const usage = error instanceof CommanderError ? usageErrorOf(error) : error instanceof UsageError ? error : undefined;
  if (usage === null) return exitCodes.done;
  if (usage) {
    io.stderr(`${t(usage.key, usage.facts)}\n${t('usage.seeHelp')}\n`);
    return exitCodes.usage;
  }
  const info = toErrorInfo(error);
  if (context.signal.aborted) {
    io.stderr(`${t('result.cancelled')}\n`);
    return exitCodes.interrupted;
  }
  if (json) io.stdout(`${JSON.stringify({ error: jsonReason(info) })}\n`);
  io.stderr(errorLine(context, 'error.line', info));
  return exitCodes.failed;
}
