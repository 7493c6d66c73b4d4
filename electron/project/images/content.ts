/** What a picture's file is now: header and hash, read when somebody needs them or in the background after the scan. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { hashFile, readHeader } from '#imaging';
import type { ImageHeader } from '#shared/domain/image';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import { adoptContent } from '../documents';
import type { OpenProject } from '../open-project';
import type { ProjectEvents } from '../project-events';
import { headerOf, requireImage, storeHeader, storeImageError, type ImageRow } from './records';

export interface ImageContent {
  header: ImageHeader;
  contentHash: string;
}

/** The absolute path of a picture. */
export function imagePath(project: Pick<OpenProject, 'folder'>, row: Pick<ImageRow, 'relative_path'>): string {
  return path.join(project.folder, ...row.relative_path.split('/'));
}

/**
 * Header and hash of the file as it is now; both are remembered until its size or time change.
 * @throws image-missing, image-unreadable, image-empty, image-corrupt, image-truncated, image-unsupported, image-too-large
 */
export async function ensureContent(project: OpenProject, events: ProjectEvents, imageId: number): Promise<ImageContent> {
  const row = requireImage(project.db, imageId);
  const file = imagePath(project, row);
  const facts = await stat(file).catch(() => null);
  const unchanged = facts?.size === row.size_bytes && facts.mtimeMs === row.modified_ms;
  const header = headerOf(row);
  if (unchanged && header && row.content_hash !== null && row.content_stale === 0) return { header, contentHash: row.content_hash };
  try {
    const content = { header: await readHeader(file), contentHash: await hashFile(file) };
    if (!project.readOnly) storeContent(project, events, imageId, content, facts);
    return content;
  } catch (error) {
    noteImageError(project, events, imageId, error, 'header');
    throw error;
  }
}

/** Turns to the content of that hash, and says so where human work stays behind with the old content. */
export function turnToContent(project: OpenProject, events: ProjectEvents, imageId: number, contentHash: string): void {
  const { leftWork } = adoptContent(project.db, imageId, contentHash);
  if (leftWork) events.notice(changedNotice(imagePath(project, requireImage(project.db, imageId))), 'warning');
}

/**
 * Notes an error of the picture's file in the list; other failures do not make the picture unusable.
 * @param step what failed: reading the header, or decoding the content
 */
export function noteImageError(
  project: OpenProject,
  events: ProjectEvents,
  imageId: number,
  error: unknown,
  step: 'header' | 'content',
): void {
  if (project.readOnly || !(error instanceof RailscopeError) || !isFileError(error.code)) return;
  const info = toErrorInfo(error);
  // the list asks again for what it is told of: say nothing twice
  if (requireImage(project.db, imageId).error === JSON.stringify(info)) return;
  storeImageError(project.db, imageId, info, isPassing(error.code) ? 'scan' : step);
  events.imagesChanged([imageId]);
}

/** Whether the file itself is at fault, so that the picture cannot be used until it changes. */
export function isFileError(code: ErrorInfo['code']): boolean {
  return code.startsWith('image-') && code !== 'image-changed';
}

/** An error that can go away without the file being changed. */
export function isPassing(code: ErrorInfo['code']): boolean {
  return code === 'image-missing' || code === 'image-unreadable';
}

function storeContent(
  project: OpenProject,
  events: ProjectEvents,
  imageId: number,
  { header, contentHash }: ImageContent,
  facts: { size: number; mtimeMs: number } | null,
): void {
  project.db.transaction(() => {
    storeHeader(project.db, imageId, header);
    if (facts) {
      // work from before the change must not pass to what the file is now
      const sql =
        'UPDATE images SET content_stale = content_stale OR (size_bytes, modified_ms) <> (?1, ?2), size_bytes = ?1, modified_ms = ?2 WHERE id = ?3';
      project.db.run(sql, facts.size, facts.mtimeMs, imageId);
    }
    turnToContent(project, events, imageId, contentHash);
  });
  events.imagesChanged([imageId]);
}

function changedNotice(file: string): ErrorInfo {
  return {
    code: 'image-changed',
    message: `${file} was replaced; its earlier masks are kept for the earlier file`,
    details: { path: file },
  };
}
