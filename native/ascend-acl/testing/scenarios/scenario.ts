/** What scenarios share. */
import { AscendOMRunner, type OpenRunnerOptions } from '../../ascend-om-runner';
import { AscendError } from '../../ascend-error';

export type Scenario = (args: never) => Promise<unknown>;

export const library = process.env.SCENARIO_LIBRARY ?? '';

export function openRunner(model: string, options: OpenRunnerOptions = {}): Promise<AscendOMRunner> {
  return AscendOMRunner.open(model, { libraryPath: library, ...options });
}

/** An error as plain data, to be compared by the test. */
export function plainError(error: unknown): Record<string, unknown> {
  if (!(error instanceof AscendError)) return { kind: 'not-ascend', message: String(error) };
  const { kind, code, symbol, recovery, recoverable, recent, message, meaning, remedy } = error;
  return { kind, code, symbol, recovery, recoverable, recent, message, zh: meaning.zh, remedy: remedy.en };
}

/** The outcome of a promise as plain data: its value's summary, or its error. */
export async function outcomeOf<T>(promise: Promise<T>, summarise: (value: T) => unknown = () => 'done'): Promise<unknown> {
  return promise.then(summarise, plainError);
}
