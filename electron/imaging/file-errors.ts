/** What the file system's refusals mean to a user. */
import { RailscopeError } from '#shared/errors/railscope-error';

/** The image error for a failed open, stat or read of `path`; RailscopeErrors pass unchanged. */
export function imageFileError(path: string, error: unknown): RailscopeError {
  if (error instanceof RailscopeError) return error;
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new RailscopeError('image-missing', `no such file: ${path}`, { path }, error);
  return new RailscopeError('image-unreadable', `cannot read ${path}: ${reason(error)}`, { path, reason: reason(error) }, error);
}

/** The folder error for a failed listing of `path`. */
export function folderError(path: string, error: unknown): RailscopeError {
  if (error instanceof RailscopeError) return error;
  if (systemCode(error) === 'ENOENT') return new RailscopeError('folder-missing', `no such folder: ${path}`, { path }, error);
  return new RailscopeError('folder-unreadable', `cannot read folder ${path}: ${reason(error)}`, { path, reason: reason(error) }, error);
}

function systemCode(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function reason(error: unknown): string {
  return systemCode(error) ?? (error instanceof Error ? error.message : String(error));
}
