/**
 * Whether this Electron may run a script as plain Node. A package can switch that off with a fuse; then
 * ELECTRON_RUN_AS_NODE is ignored, and a "script" would start the whole application a second time.
 */
import { open } from 'node:fs/promises';

/** Marks the fuses inside the executable: then a version byte, a length byte, and one character per fuse. */
const SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX');
const FUSE_VERSION = 1;
/** of `RunAsNode`, counted from the end of the sentinel */
const FUSE_OFFSET = 2;
const CHUNK_BYTES = 8 << 20;

/** @param executable the running Electron. @returns false also where the fuses cannot be found */
export async function mayRunAsNode(executable: string): Promise<boolean> {
  const file = await open(executable, 'r').catch(() => null);
  if (!file) return false;
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    const wanted = SENTINEL.length + FUSE_OFFSET + 1;
    for (let at = 0; ; at += CHUNK_BYTES - wanted) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
      if (bytesRead < wanted) return false;
      const found = chunk.subarray(0, bytesRead).indexOf(SENTINEL);
      if (found < 0 || found + wanted > bytesRead) continue;
      const fuses = chunk.subarray(found + SENTINEL.length);
      return fuses[0] === FUSE_VERSION && fuses[FUSE_OFFSET] === '1'.charCodeAt(0);
    }
  } finally {
    await file.close();
  }
}
