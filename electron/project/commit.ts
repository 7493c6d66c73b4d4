/** Saving one gesture of the inspector: all of it in one transaction, on the picture it was made on, or nothing. */
import type { EditCommit } from '#shared/domain/editor';
import type { ImageHeader, ReviewStatus } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import { MASK_TILE_SIDE_PX, type MaskTile } from '#shared/masks/types';
import { decodeTileRuns, encodeTileRuns, TILE_AREA_PX } from '#shared/masks/tile-runs';
import { appendAudit } from './audit';
import { ensureDocument, refreshImage, setReviewStatus, summaryOf, type DocumentRow } from './documents';
import { headerOf, requireImage, type ImageRow } from './images/records';
import { imagePath } from './images/content';
import { removeDefects, REVIEW_LAYER, writeDefects, writeTiles } from './masks/layers';
import { assertWritable, type OpenProject } from './open-project';

/**
 * Any edit of an unreviewed picture puts it in progress unless the commit names a status; `accepted` accepts the defects
 * that were not decided on. An edit with a threshold replaces the model's proposal, so that its areas count as the model's.
 * @returns the new revision
 * @throws project-read-only, image-changed, stale-revision, bad-request, disk-full
 */
export function commitEdit(project: OpenProject, edit: EditCommit): number {
  assertWritable(project);
  const { db } = project;
  return db.transaction(() => {
    const row = requireImage(db, edit.imageId);
    assertSameContent(project, row, edit);
    const document = ensureDocument(db, edit.imageId);
    assertSameRevision(project, row, document, edit);
    const tiles = checkedTiles(edit.tiles, headerOf(row));
    const status = edit.reviewStatus ?? statusAfter(document.review_status);
    writeTiles(db, document.id, REVIEW_LAYER, tiles);
    removeDefects(db, document.id, REVIEW_LAYER, edit.removedLabels);
    if (edit.threshold === undefined) writeDefects(db, document.id, REVIEW_LAYER, edit.defects);
    else writeProposal(project, document, edit, edit.threshold);
    db.run('UPDATE documents SET revision = revision + 1, human_edits = 1 WHERE id = ?', document.id);
    if (status !== document.review_status || edit.reviewStatus !== undefined) setReviewStatus(db, document.id, status);
    refreshImage(db, edit.imageId);
    appendAudit(db, {
      action: edit.action,
      imageId: edit.imageId,
      contentHash: edit.contentHash,
      details: auditDetails(edit, document.revision + 1, document.review_status === status ? null : status),
    });
    return document.revision + 1;
  });
}

/** The inspector's word on a picture without an edit. @throws project-read-only, bad-request, disk-full */
export function setImageStatus(project: OpenProject, imageId: number, status: ReviewStatus): void {
  assertWritable(project);
  const { db } = project;
  db.transaction(() => {
    const document = ensureDocument(db, imageId);
    setReviewStatus(db, document.id, status);
    refreshImage(db, imageId);
    const details = { before: document.review_status, status };
    appendAudit(db, { action: 'status', imageId, contentHash: document.content_hash, details });
  });
}

function assertSameContent(project: OpenProject, row: ImageRow, edit: EditCommit): void {
  if (row.content_hash === edit.contentHash) return;
  const path = imagePath(project, row);
  throw new RailscopeError('image-changed', `${path} is not the picture that the edit was made on`, { path });
}

function assertSameRevision(project: OpenProject, row: ImageRow, document: DocumentRow, edit: EditCommit): void {
  if (document.revision === edit.baseRevision) return;
  const details = { path: imagePath(project, row), revision: document.revision, baseRevision: edit.baseRevision };
  throw new RailscopeError(
    'stale-revision',
    `the edit was made on revision ${edit.baseRevision}, the picture is at ${document.revision}`,
    details,
  );
}

function statusAfter(status: ReviewStatus): ReviewStatus {
  return status === 'unreviewed' ? 'in-progress' : status;
}

function writeProposal(project: OpenProject, document: DocumentRow, edit: EditCommit, threshold: number): void {
  const engine = summaryOf(document)?.engine ?? null;
  writeDefects(project.db, document.id, REVIEW_LAYER, edit.defects, (defect) => (defect.origin === 'model' ? defect.areaPx : null));
  const sql = 'UPDATE documents SET threshold = ?, review_engine = coalesce(?, review_engine) WHERE id = ?';
  project.db.run(sql, threshold, engine && JSON.stringify(engine), document.id);
}

/** @returns the tiles with nothing outside the picture @throws bad-request */
function checkedTiles(tiles: readonly MaskTile[], header: ImageHeader | null): MaskTile[] {
  if (tiles.length === 0) return [];
  if (!header) throw new RailscopeError('bad-request', 'the size of the picture is not known');
  const labels = new Uint16Array(TILE_AREA_PX);
  return tiles.map((tile) => checkedTile(tile, header, labels));
}

function checkedTile(tile: MaskTile, header: ImageHeader, labels: Uint16Array): MaskTile {
  const columns = header.width - tile.tileX * MASK_TILE_SIDE_PX;
  const rows = header.height - tile.tileY * MASK_TILE_SIDE_PX;
  if (columns <= 0 || rows <= 0) throw new RailscopeError('bad-request', `tile ${tile.tileX}, ${tile.tileY} lies outside the picture`);
  decodeTileRuns(tile.runs, labels);
  if (columns >= MASK_TILE_SIDE_PX && rows >= MASK_TILE_SIDE_PX) return tile;
  for (let row = 0; row < MASK_TILE_SIDE_PX; row++) {
    const from = row < rows ? Math.min(columns, MASK_TILE_SIDE_PX) : 0;
    labels.fill(0, row * MASK_TILE_SIDE_PX + from, (row + 1) * MASK_TILE_SIDE_PX);
  }
  return { ...tile, runs: encodeTileRuns(labels) };
}

function auditDetails(edit: EditCommit, revision: number, status: ReviewStatus | null): Record<string, unknown> {
  return {
    revision,
    tiles: edit.tiles.length,
    defects: edit.defects.map(({ label, classCode, grade, decision, areaPx }) => ({ label, classCode, grade, decision, areaPx })),
    removedLabels: edit.removedLabels,
    ...(status && { status }),
    ...(edit.threshold !== undefined && { threshold: edit.threshold }),
  };
}
