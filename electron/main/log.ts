/** The log of this computer, for the inspector's own support: a rotating text file, never sent anywhere. */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

export type LogLevel = 'info' | 'warning' | 'error';

export interface Log {
  write(level: LogLevel, source: string, message: string): void;
}

export interface LogOptions {
  folder: string;
  /** a file larger than this is put aside */
  maximumBytes: number;
  /** files put aside that are kept */
  keep: number;
  /** receives every line too, for development; null = none */
  echo: ((line: string) => void) | null;
}

export const LOG_FILE_NAME = 'railscope.log';

/** Writing a log line never fails its caller: a full disk costs the line, not the work. */
export function openLog(options: LogOptions): Log {
  const file = path.join(options.folder, LOG_FILE_NAME);
  let sizeBytes = prepare(options.folder, file);
  const rotate = (): void => {
    rmSync(`${file}.${options.keep}`, { force: true });
    for (let n = options.keep - 1; n >= 1; n--) moveIfThere(`${file}.${n}`, `${file}.${n + 1}`);
    moveIfThere(file, `${file}.1`);
    sizeBytes = 0;
  };
  return {
    write(level, source, message) {
      const line = `${new Date().toISOString()} ${level.padEnd(7)} ${source}: ${message.trimEnd()}\n`;
      options.echo?.(line);
      try {
        if (sizeBytes > options.maximumBytes) rotate();
        appendFileSync(file, line);
        sizeBytes += Buffer.byteLength(line);
      } catch {
        return;
      }
    },
  };
}

function prepare(folder: string, file: string): number {
  try {
    mkdirSync(folder, { recursive: true });
    return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

function moveIfThere(from: string, to: string): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
