/**
 * Which journal a database file may use. WAL keeps its index in shared memory, which works between processes of one
 * computer only, so that a network folder gets a rollback journal.
 */
import { realpath, statfs } from 'node:fs/promises';

export type JournalMode = 'wal' | 'truncate';

/** `f_type` of Linux file systems whose files other computers (or a host system) may open at the same time. */
const networkFileSystems = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x65735546, // FUSE: sshfs, s3fs …
  0x01021997, // 9p
  0x5346414f, // AFS
  0x73757245, // Coda
  0x00c36400, // Ceph
]);

/** The journal for a database in `folder`, which exists. */
export async function journalModeFor(folder: string): Promise<JournalMode> {
  return journalMode(await realpath(folder), await fileSystemType(folder));
}

/** @param type `f_type` of the file system, null where unknown */
export function journalMode(realFolder: string, type: number | null): JournalMode {
  // Windows resolves mapped network drives to \\server\share
  if (realFolder.startsWith('\\\\') && !realFolder.startsWith('\\\\?\\')) return 'truncate';
  return type !== null && networkFileSystems.has(type >>> 0) ? 'truncate' : 'wal';
}

async function fileSystemType(folder: string): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  return statfs(folder).then(
    (facts) => facts.type,
    () => null,
  );
}
