import type { Locale } from '#shared/domain/settings';
import type { ErrorInfo } from '#shared/errors/codes';
import { errorText } from '#shared/errors/error-text';
import type { InferencePort } from '#shared/ports/inference';
import type { ProjectPort } from '#shared/ports/project';
import type { ServingPort } from '#shared/ports/serving';
import type { StartedPort } from '#shared/rpc/node-port';
import type { TextKey, Translate } from './texts';

/** The terminal, or what stands for it in tests. */
export interface CliIo {
  stdout(text: string): void;
  stderr(text: string): void;
  readonly stderrIsTerminal: boolean;
  /** characters per line of the terminal */
  stderrColumns(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** what relative paths start from */
  readonly cwd: string;
  /** Ctrl-C and the like; @returns a function that ends the subscription */
  onInterrupt(listener: () => void): () => void;
}

export interface PrintReportInput {
  folder: string;
  dataFolder: string;
  outputPath: string;
  locale: Locale;
  signal: AbortSignal;
}

/** What the command line needs from other processes. */
export interface CliPorts {
  readonly version: string;
  /** the built-in pictures */
  readonly demoImages: string;
  startInference(): StartedPort<InferencePort>;
  startProject(): StartedPort<ProjectPort>;
  startServing(): StartedPort<ServingPort>;
  /** @throws report-failed, cancelled */
  printReport(input: PrintReportInput): Promise<void>;
}

/** What every command gets. */
export interface CliContext {
  readonly io: CliIo;
  readonly ports: CliPorts;
  readonly locale: Locale;
  readonly t: Translate;
  /** ends with the first interrupt */
  readonly signal: AbortSignal;
}

export const exitCodes = { done: 0, differs: 1, usage: 2, failed: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The command was called wrongly: exit code 2. */
export class UsageError extends Error {
  readonly key: TextKey;
  readonly facts: Record<string, string | number>;

  constructor(key: TextKey, facts: Record<string, string | number> = {}) {
    super(key);
    this.key = key;
    this.facts = facts;
  }
}

export interface JsonReason {
  code: string;
  message: string;
  zh: string;
  en: string;
}

/** An error as the JSON outputs carry it: for programs, and for people in both languages. */
export function jsonReason(error: ErrorInfo): JsonReason {
  const sentence = (locale: Locale, stop: string): string => {
    const { title, remedy } = errorText(locale, error);
    return `${title}${stop}${remedy}`;
  };
  return { code: error.code, message: error.message, zh: sentence('zh-CN', '。'), en: sentence('en', '. ') };
}

/** One line for the terminal. */
export function errorLine(context: Pick<CliContext, 't' | 'locale'>, key: 'error.line' | 'result.failed', error: ErrorInfo): string {
  const { title, remedy } = errorText(context.locale, error);
  return `${context.t(key, { title, remedy })}\n`;
}
