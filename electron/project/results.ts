/** Storing what inference found, without ever touching what a person did. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Defect, DetectedInstance } from '#shared/domain/defect';
import { detectionsPath } from '#shared/kept-files';
import type { StoreFailureInput, StoreResultInput } from '#shared/ports/project';
import { appendAudit } from './audit';
import { ensureDocument, hasHumanWork, refreshImage } from './documents';
import { isFileError, isPassing, turnToContent } from './images/content';
import { clearImageError, storeHeader, storeImageError } from './images/records';
import { probabilityFileName, type JobStore } from './jobs';
import { clearLayer, MODEL_LAYER, REVIEW_LAYER, writeDefects, writeTiles } from './masks/layers';
import { assertWritable, type OpenProject } from './open-project';
import type { ProjectEvents } from './project-events';

/**
 * The model layer becomes this result. So does the review layer, unless there is human work on it (an edit, or a status
 * other than `unreviewed`): that stays as it is. A replaced review gets a new revision, so that a window that shows the
 * old one cannot save over it.
 * @throws project-read-only, bad-request, disk-full
 */
export async function storeResult(project: OpenProject, jobs: JobStore, events: ProjectEvents, input: StoreResultInput): Promise<void> {
  assertWritable(project);
  const replacedMap = project.db.transaction(() => {
    jobs.finishItem(input.jobId, input.imageId, null);
    storeHeader(project.db, input.imageId, input.header);
    clearImageError(project.db, input.imageId);
    turnToContent(project, events, input.imageId, input.contentHash);
    const replaced = writeResult(project, input);
    refreshImage(project.db, input.imageId);
    return replaced;
  });
  if (!replacedMap) return;
  const file = path.join(project.probabilityFolder, replacedMap);
  for (const path of [file, detectionsPath(file)]) await rm(path, { force: true }).catch(() => undefined);
}

/** @throws project-read-only, bad-request, disk-full */
export function storeFailure(project: OpenProject, jobs: JobStore, { jobId, imageId, error }: StoreFailureInput): void {
  assertWritable(project);
  const { db } = project;
  const text = JSON.stringify(error);
  db.transaction(() => {
    jobs.finishItem(jobId, imageId, text);
    const document = ensureDocument(db, imageId);
    // an earlier result of the same content is still true
    if (document.inference !== 'done')
      db.run(`UPDATE documents SET inference = 'failed', inference_error = ? WHERE id = ?`, text, document.id);
    if (isFileError(error.code)) storeImageError(db, imageId, error, isPassing(error.code) ? 'scan' : 'content');
    refreshImage(db, imageId);
    appendAudit(db, { action: 'inference-failed', imageId, contentHash: document.content_hash, details: { jobId, error } });
  });
}

/** @returns the file of the probability map that nobody needs any more */
function writeResult(
  project: OpenProject,
  { jobId, imageId, region, instances, tiles, summary, contentHash }: StoreResultInput,
): string | null {
  const { db } = project;
  const document = ensureDocument(db, imageId);
  const keepReview = hasHumanWork(document);
  const probabilityFile = summary.probabilityBox ? probabilityFileName(imageId, jobId) : null;
  clearLayer(db, document.id, MODEL_LAYER);
  writeTiles(db, document.id, MODEL_LAYER, tiles);
  writeDefects(db, document.id, MODEL_LAYER, instances.map(proposedDefect), (defect) => defect.areaPx);
  db.run(
    `UPDATE documents SET inference = 'done', inference_error = NULL, region = ?, summary = ?, total_ms = ?, probability_file = ? WHERE id = ?`,
    ...[JSON.stringify(region), JSON.stringify(summary), summary.timings.total, probabilityFile, document.id],
  );
  if (!keepReview) copyToReview(project, document.id, summary.threshold, JSON.stringify(summary.engine));
  const details = { jobId, engine: summary.engine, instances: instances.length, threshold: summary.threshold, reviewKept: keepReview };
  appendAudit(db, { action: 'inference', imageId, contentHash, details });
  return document.probability_file === probabilityFile ? null : document.probability_file;
}

function copyToReview({ db }: OpenProject, documentId: number, threshold: number, engine: string): void {
  clearLayer(db, documentId, REVIEW_LAYER);
  db.run(
    `INSERT INTO mask_tiles SELECT document_id, ${REVIEW_LAYER}, tile_y, tile_x, runs FROM mask_tiles WHERE document_id = ? AND layer = ${MODEL_LAYER}`,
    documentId,
  );
  db.run(
    `INSERT INTO defects SELECT document_id, ${REVIEW_LAYER}, label, class_code, grade, decision, note, origin, score, box_x, box_y, box_width,
      box_height, area_px, model_area_px FROM defects WHERE document_id = ? AND layer = ${MODEL_LAYER}`,
    documentId,
  );
  db.run('UPDATE documents SET threshold = ?, review_engine = ?, revision = revision + 1 WHERE id = ?', threshold, engine, documentId);
}

function proposedDefect({ label, classCode, score, box, areaPx }: DetectedInstance): Defect {
  return { label, classCode, grade: 'unset', decision: 'unreviewed', note: '', origin: 'model', score, box, areaPx };
}
