/** Where downloaded runtimes and Python environments are kept: outside the repository, shared by all clones. */
import { homedir } from 'node:os';
import path from 'node:path';

/** @returns {string} RAILSCOPE_CACHE, else railscope/ in the user's cache folder */
export function cacheFolder() {
  const base = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  return process.env.RAILSCOPE_CACHE ?? path.join(base, 'railscope');
}
