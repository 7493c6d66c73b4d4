/** What SQLite's refusals mean to a user. */
import type { ErrorCode } from '#shared/errors/codes';
import { RailscopeError } from '#shared/errors/railscope-error';

const ENOSPC = 28;
const EDQUOT = 122;

/** SQLite's primary result codes (the low byte of the extended ones). */
const codes: Record<number, ErrorCode> = {
  3: 'write-failed', // PERM
  5: 'write-failed', // BUSY: another process kept the database locked longer than the time-out
  8: 'project-read-only', // READONLY
  10: 'write-failed', // IOERR
  11: 'project-corrupt', // CORRUPT
  13: 'disk-full', // FULL
  14: 'write-failed', // CANTOPEN
  26: 'project-corrupt', // NOTADB
};

/** The error for a failed statement on the database file at `path`; what is not SQLite's passes unchanged. */
export function databaseError(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const known = isFullDisk(error) ? 'disk-full' : codes[code & 0xff];
  return known ? new RailscopeError(known, `${path}: ${reason}`, { path, reason }, error) : error;
}

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return ((sqliteCode(error) ?? 0) & 0xff) === 5;
}

function sqliteCode(error: unknown): number | null {
  return typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null;
}

function isFullDisk(error: unknown): boolean {
  const errno = typeof error === 'object' && error !== null && 'systemErrno' in error ? error.systemErrno : null;
  return errno === ENOSPC || errno === EDQUOT;
}
