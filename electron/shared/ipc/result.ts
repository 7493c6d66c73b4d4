import type { ErrorInfo } from '../errors/codes';

/** What every IPC call answers: nothing is thrown across a process boundary. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: ErrorInfo };
