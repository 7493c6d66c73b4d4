import { RailscopeError } from '#shared/errors/railscope-error';

const ATTEMPTS = 3;

/**
 * Calls again when the project process ended meanwhile: the supervisor holds the new call back until the process runs
 * and the project is open again. Only for calls that may be repeated.
 */
export async function patient<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof RailscopeError) || error.code !== 'process-gone') throw error;
    }
  }
}
