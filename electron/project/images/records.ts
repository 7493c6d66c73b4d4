/** Rows of the `images` table as the window knows them. */
import type { ImageHeader, ImageRecord, InferenceState, ReviewStatus } from '#shared/domain/image';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Database } from '../database/database';

export interface HeaderColumns {
  format: ImageHeader['format'] | null;
  width: number;
  height: number;
  channels: ImageHeader['channels'];
  bit_depth: ImageHeader['bitDepth'];
}

export interface ImageRow extends HeaderColumns {
  id: number;
  relative_path: string;
  size_bytes: number;
  modified_ms: number;
  header_state: 'unread' | 'read' | 'failed';
  error: string | null;
  error_source: 'scan' | 'header' | 'content' | null;
  content_hash: string | null;
  content_stale: number;
  document_id: number | null;
  review_status: ReviewStatus;
  inference: 'none' | 'done' | 'failed';
  defect_count: number;
}

export const imageColumns = `images.id, relative_path, size_bytes, modified_ms, header_state, format, width, height, channels, bit_depth, error,
  error_source, content_hash, content_stale, document_id, review_status, inference, defect_count`;

/** @throws bad-request for an id that the project does not have */
export function requireImage(db: Database, imageId: number): ImageRow {
  const row = db.get<ImageRow>(`SELECT ${imageColumns} FROM images WHERE id = ?`, imageId);
  if (!row) throw new RailscopeError('bad-request', `no image ${imageId}`, { imageId });
  return row;
}

/** The header, or null until it was read. */
export function headerOf(row: HeaderColumns): ImageHeader | null {
  if (row.format === null) return null;
  return { format: row.format, width: row.width, height: row.height, channels: row.channels, bitDepth: row.bit_depth };
}

/** @param inference the state to show; jobs know more than the row */
export function toImageRecord(row: ImageRow, inference: InferenceState): ImageRecord {
  return {
    id: row.id,
    relativePath: row.relative_path,
    sizeBytes: row.size_bytes,
    modifiedMs: row.modified_ms,
    header: headerOf(row),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorInfo),
    reviewStatus: row.review_status,
    inference,
    defectCount: row.defect_count,
  };
}

/** Notes what the file header says; an error of an earlier try is over. */
export function storeHeader(db: Database, imageId: number, header: ImageHeader): void {
  db.run(
    `UPDATE images SET header_state = 'read', format = ?, width = ?, height = ?, channels = ?, bit_depth = ?,
      error = iif(error_source = 'content', error, NULL), error_source = iif(error_source = 'content', 'content', NULL) WHERE id = ?`,
    header.format,
    header.width,
    header.height,
    header.channels,
    header.bitDepth,
    imageId,
  );
}

/**
 * Notes why a picture cannot be used.
 * @param source which step found it: only the same or a more thorough one takes it back
 */
export function storeImageError(db: Database, imageId: number, error: ErrorInfo, source: 'scan' | 'header' | 'content'): void {
  const state = source === 'header' ? `, header_state = 'failed'` : '';
  db.run(`UPDATE images SET error = ?, error_source = ?${state} WHERE id = ?`, JSON.stringify(error), source, imageId);
}

/** Takes back whatever error is noted. */
export function clearImageError(db: Database, imageId: number): void {
  db.run('UPDATE images SET error = NULL, error_source = NULL WHERE id = ? AND error IS NOT NULL', imageId);
}
