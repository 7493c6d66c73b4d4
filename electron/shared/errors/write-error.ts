import { RailscopeError, toErrorInfo } from './railscope-error';

/** Runs what writes a file, or a part of one. @throws disk-full, write-failed naming the file */
export async function asWriteError<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const { code, message } = toErrorInfo(error);
    throw new RailscopeError(code === 'disk-full' ? code : 'write-failed', message, { path: file }, error);
  }
}
