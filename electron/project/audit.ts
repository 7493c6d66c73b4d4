/** The log of who did what: rows are added, never changed (triggers see to it). */
import type { Database } from './database/database';

export interface AuditEntry {
  action: string;
  imageId: number | null;
  contentHash: string | null;
  details: Record<string, unknown>;
}

/** Part of the caller's transaction. The inspector is the one whom the settings name at that time. */
export function appendAudit(db: Database, entry: AuditEntry): void {
  db.run(
    `INSERT INTO audit (at_ms, action, image_id, content_hash, details, inspector) VALUES (?, ?, ?, ?, ?,
      coalesce((SELECT value ->> '$.inspection.inspector' FROM meta WHERE key = 'settings'), ''))`,
    Date.now(),
    entry.action,
    entry.imageId,
    entry.contentHash,
    JSON.stringify(entry.details),
  );
}

/** Pictures named in the log after that entry, and the last entry's id: what a second window has to load again. */
export function auditedSince(db: Database, lastId: number): { lastId: number; imageIds: number[] } {
  const rows = db.all<{ id: number; image_id: number | null }>('SELECT id, image_id FROM audit WHERE id > ? ORDER BY id', lastId);
  const imageIds = new Set(rows.map((row) => row.image_id).filter((id) => id !== null));
  return { lastId: rows.at(-1)?.id ?? lastId, imageIds: [...imageIds] };
}
