/** What the canvas and the defect panel need of one picture. */
import type { ImageDocument } from '#shared/domain/editor';
import type { InferenceState } from '#shared/domain/image';
import { currentDocument, regionOf, summaryOf } from './documents';
import type { ImageContent } from './images/content';
import { requireImage, toImageRecord } from './images/records';
import { MODEL_LAYER, readLayer, REVIEW_LAYER } from './masks/layers';
import type { OpenProject } from './open-project';

/** @param content what the file is now; a read-only window may know it without the database saying so */
export function readImageDocument(project: OpenProject, imageId: number, content: ImageContent, inference: InferenceState): ImageDocument {
  const { db } = project;
  const row = requireImage(db, imageId);
  const stored = currentDocument(db, row);
  const document = stored && (stored.content_hash === content.contentHash || stored.content_hash === '') ? stored : null;
  const summary = summaryOf(document);
  return {
    image: { ...toImageRecord(row, inference), header: content.header },
    contentHash: content.contentHash,
    revision: document?.revision ?? 0,
    region: regionOf(document),
    threshold: document?.threshold ?? null,
    inference: summary,
    model: document && summary ? readLayer(db, document.id, MODEL_LAYER) : null,
    review: document ? readLayer(db, document.id, REVIEW_LAYER) : { tiles: [], defects: [] },
  };
}
