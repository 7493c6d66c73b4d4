/**
 * The work on a picture is kept by the content of its file. While the hash is not known, a document carries '' and takes
 * the first hash that is computed. A file that was replaced gets a document of its own; the old one, with its masks,
 * stays in the database and comes back when the old file does.
 */
import { inferenceSummarySchema, type InferenceSummary } from '#shared/domain/editor';
import { regionSchema, type Region, type ReviewStatus } from '#shared/domain/image';
import type { Engine } from '#shared/domain/model';
import { appendAudit } from './audit';
import type { Database } from './database/database';
import { requireImage, type ImageRow } from './images/records';

export interface DocumentRow {
  id: number;
  image_id: number;
  content_hash: string;
  revision: number;
  review_status: ReviewStatus;
  human_edits: number;
  region: string;
  threshold: number | null;
  inference: 'none' | 'done' | 'failed';
  inference_error: string | null;
  summary: string | null;
  probability_file: string | null;
  review_engine: string | null;
}

const columns = `id, image_id, content_hash, revision, review_status, human_edits, region, threshold, inference, inference_error, summary,
  probability_file, review_engine`;

/** The document of the picture's current content; null while there is no work on it. */
export function currentDocument(db: Database, image: Pick<ImageRow, 'document_id'>): DocumentRow | null {
  if (image.document_id === null) return null;
  return db.get<DocumentRow>(`SELECT ${columns} FROM documents WHERE id = ?`, image.document_id) ?? null;
}

/** The current document, made where there is none. Part of the caller's transaction. */
export function ensureDocument(db: Database, imageId: number): DocumentRow {
  const image = requireImage(db, imageId);
  const known = currentDocument(db, image);
  if (known) return known;
  const { id } = db.run('INSERT INTO documents (image_id, content_hash) VALUES (?, ?)', imageId, image.content_hash ?? '');
  db.run('UPDATE images SET document_id = ? WHERE id = ?', id, imageId);
  return requireDocument(db, { document_id: id });
}

/**
 * Notes the hash of the file as it is now, and turns to the document of that content.
 * @returns whether human work now belongs to a content that the file no longer has
 */
export function adoptContent(db: Database, imageId: number, contentHash: string): { leftWork: boolean } {
  return db.transaction(() => {
    const image = requireImage(db, imageId);
    const document = currentDocument(db, image);
    const known = db.get<{ id: number }>('SELECT id FROM documents WHERE image_id = ? AND content_hash = ?', imageId, contentHash);
    const unhashed = document?.content_hash === '';
    const replaced = document !== null && document.id !== known?.id && (!unhashed || image.content_stale === 1 || known !== undefined);
    if (unhashed)
      db.run('UPDATE documents SET content_hash = ? WHERE id = ?', replaced ? `unhashed-${document.id}` : contentHash, document.id);
    const documentId = replaced || !document ? (known?.id ?? null) : document.id;
    db.run('UPDATE images SET content_hash = ?, content_stale = 0, document_id = ? WHERE id = ?', contentHash, documentId, imageId);
    refreshImage(db, imageId);
    if (!replaced) return { leftWork: false };
    appendAudit(db, { action: 'content-changed', imageId, contentHash, details: { before: document.content_hash } });
    return { leftWork: hasHumanWork(document) };
  });
}

/** Repeats in the picture's row what its current document says. Every change of a document ends with this. */
export function refreshImage(db: Database, imageId: number): void {
  db.run(
    `UPDATE images SET
      review_status = coalesce((SELECT review_status FROM documents WHERE id = images.document_id), 'unreviewed'),
      inference = coalesce((SELECT inference FROM documents WHERE id = images.document_id), 'none'),
      defect_count = (SELECT count(*) FROM defects WHERE document_id = images.document_id AND layer = 1 AND decision <> 'rejected')
    WHERE id = ?`,
    imageId,
  );
}

/** A review that no inference may overwrite. */
export function hasHumanWork(document: Pick<DocumentRow, 'human_edits' | 'review_status'>): boolean {
  return document.human_edits === 1 || document.review_status !== 'unreviewed';
}

/** An accepted picture's open defects are accepted: that is what the inspector says by it. */
export function setReviewStatus(db: Database, documentId: number, status: ReviewStatus): void {
  db.run('UPDATE documents SET review_status = ? WHERE id = ?', status, documentId);
  if (status !== 'accepted') return;
  db.run(`UPDATE defects SET decision = 'accepted' WHERE document_id = ? AND layer = 1 AND decision = 'unreviewed'`, documentId);
}

export function regionOf(document: DocumentRow | null): Region {
  return document ? regionSchema.parse(JSON.parse(document.region)) : { mode: 'auto', box: null };
}

export function summaryOf(document: Pick<DocumentRow, 'summary'> | null): InferenceSummary | null {
  return document?.summary ? inferenceSummarySchema.parse(JSON.parse(document.summary)) : null;
}

export function engineOf(text: string | null): Engine | null {
  return text === null ? null : (JSON.parse(text) as Engine);
}

function requireDocument(db: Database, image: Pick<ImageRow, 'document_id'>): DocumentRow {
  const document = currentDocument(db, image);
  if (!document) throw new Error(`document ${image.document_id ?? 'null'} is gone`);
  return document;
}
