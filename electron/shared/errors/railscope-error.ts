import type { ErrorCode, ErrorDetails, ErrorInfo } from './codes';

/** An expected failure: carries a code from the closed union and the facts that its texts need. */
export class RailscopeError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RailscopeError';
    this.code = code;
    this.details = details;
  }
}

/** The serialisable form of anything thrown; unknown failures become `internal` and keep their message. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof RailscopeError) return { code: error.code, message: error.message, details: error.details };
  const code = fileSystemCode(error);
  const message = error instanceof Error ? error.message : String(error);
  return { code: code ?? 'internal', message, details: {} };
}

/** Rebuilds the error on the receiving side of a process boundary. */
export function fromErrorInfo(info: ErrorInfo): RailscopeError {
  return new RailscopeError(info.code, info.message, info.details);
}

function fileSystemCode(error: unknown): ErrorCode | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'disk-full';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return 'write-failed';
  return null;
}

/** Compile-time proof that a union was handled whole. */
export function assertNever(value: never, what = 'value'): never {
  throw new RailscopeError('internal', `unexpected ${what}: ${JSON.stringify(value)}`);
}
