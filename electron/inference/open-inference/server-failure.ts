import type { ErrorCode } from '#shared/errors/codes';
import { RailscopeError } from '#shared/errors/railscope-error';

export interface FailureFacts {
  /** what the user is told once no attempt is left */
  readonly code: Extract<ErrorCode, 'server-unreachable' | 'server-refused' | 'inference-failed' | 'cancelled'>;
  /** another attempt may succeed: the connection, a proxy or an overloaded server failed, not the request */
  readonly retryable: boolean;
  /** what the server asked for; null = nothing */
  readonly retryAfterMs?: number | null;
}

/** One attempt that failed. The message is English and holds neither payload nor token. */
export class ServerFailure extends Error {
  override readonly name = 'ServerFailure';
  readonly facts: FailureFacts;

  constructor(message: string, facts: FailureFacts) {
    super(message);
    this.facts = facts;
  }
}

/** @param server address without path, for the texts */
export function toRailscopeError(error: unknown, server: string): RailscopeError {
  if (error instanceof RailscopeError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof ServerFailure ? error.facts.code : 'inference-failed';
  return new RailscopeError(code, `${server}: ${reason}`, { server, reason, backend: 'open-inference' }, error);
}
