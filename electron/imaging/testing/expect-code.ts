import { RailscopeError } from '#shared/errors/railscope-error';

/** The code that the promise fails with; 'none' where it succeeds, the message where the error carries no code. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof RailscopeError ? error.code : String(error);
  }
}
