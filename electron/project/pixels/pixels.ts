/** Everything that shows pixels: display tiles, thumbnails, crops, overlays. */
import path from 'node:path';
import { decodeImage, encodeCrop, greyLevelRange, PyramidCache, type DecodedImage } from '#imaging';
import type { InferenceSummary } from '#shared/domain/editor';
import type { ImageHeader } from '#shared/domain/image';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { EncodedImage, ProjectPort, RawTile } from '#shared/ports/project';
import { currentDocument, summaryOf } from '../documents';
import { imagePath, noteImageError } from '../images/content';
import { headerOf, requireImage, type ImageRow } from '../images/records';
import { MODEL_LAYER, readDefects, readTiles, REVIEW_LAYER } from '../masks/layers';
import type { OpenProject } from '../open-project';
import type { ProjectEvents } from '../project-events';
import { drawOverlay, tilesUnder } from './overlay';
import { decodeProbability } from './probability';
import { Thumbnails } from './thumbnails';

type Input<M extends keyof ProjectPort> = Parameters<ProjectPort[M]>[0];

const CACHE_BYTES = 384 * 1024 * 1024;

export class Pixels {
  private readonly cache = new PyramidCache({ budgetBytes: CACHE_BYTES });
  private readonly thumbnails: Thumbnails;

  constructor(
    private readonly project: OpenProject,
    private readonly events: ProjectEvents,
  ) {
    this.thumbnails = new Thumbnails(project.thumbnailFolder);
  }

  /** @throws image-*, bad-request */
  async imageTile({ imageId, level, tileX, tileY }: Input<'imageTile'>): Promise<RawTile> {
    const row = requireImage(this.project.db, imageId);
    return this.noting(
      imageId,
      this.cache.tile(cacheKey(row), () => this.decode(row), level, tileX, tileY),
    );
  }

  /** @throws bad-request where no map was kept */
  async probabilityTile({ imageId, level, tileX, tileY }: Input<'probabilityTile'>): Promise<RawTile> {
    const map = this.probabilityFile(imageId);
    const box = map?.summary.probabilityBox;
    if (!map || !box) throw new RailscopeError('bad-request', `image ${imageId} has no probability map`, { imageId });
    return this.cache.tile(map.path, () => decodeProbability(map.path, box, map.header), level, tileX, tileY);
  }

  /** The map that belongs to the stored result; null where none was kept. */
  probabilityFile(imageId: number): { path: string; summary: InferenceSummary; header: ImageHeader } | null {
    const row = requireImage(this.project.db, imageId);
    const document = currentDocument(this.project.db, row);
    const summary = summaryOf(document);
    const header = headerOf(row);
    if (!document?.probability_file || !summary || !header) return null;
    return { path: path.join(this.project.probabilityFolder, document.probability_file), summary, header };
  }

  /** @throws image-* */
  async thumbnail({ imageId }: Input<'thumbnail'>): Promise<EncodedImage> {
    const row = requireImage(this.project.db, imageId);
    const made = this.thumbnails.get(imageId, String(Math.floor(row.modified_ms)), imagePath(this.project, row));
    return { mime: 'image/jpeg', bytes: await this.noting(imageId, made) };
  }

  /** @throws image-*, bad-request */
  async crop({ imageId, maxSidePx, stretch, ...box }: Input<'crop'>): Promise<EncodedImage> {
    const row = requireImage(this.project.db, imageId);
    const image = await this.noting(
      imageId,
      this.cache.image(cacheKey(row), () => this.decode(row)),
    );
    const mapping = stretch === 'auto' ? { ...greyLevelRange(image, box), gamma: 1, invert: false } : null;
    return { mime: 'image/jpeg', bytes: await encodeCrop(image, box, maxSidePx, mapping) };
  }

  /** @throws bad-request */
  async overlay({ imageId, label, maxSidePx, layer, ...box }: Input<'overlay'>): Promise<EncodedImage> {
    const { db } = this.project;
    const row = requireImage(db, imageId);
    const header = headerOf(row);
    if (!header) throw new RailscopeError('bad-request', `the size of image ${imageId} is not known`, { imageId });
    const document = currentDocument(db, row);
    const number = layer === 'model' ? MODEL_LAYER : REVIEW_LAYER;
    const tiles = document ? readTiles(db, document.id, number, tilesUnder(box)) : [];
    const defects = document ? readDefects(db, document.id, number) : [];
    return { mime: 'image/png', bytes: await drawOverlay({ header, box, maxSidePx, label, defects, tiles }) };
  }

  private decode(row: ImageRow): Promise<DecodedImage> {
    return decodeImage(imagePath(this.project, row));
  }

  /** A picture that cannot be decoded is marked so in the list. */
  private async noting<T>(imageId: number, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      noteImageError(this.project, this.events, imageId, error, 'content');
      throw error;
    }
  }
}

function cacheKey(row: ImageRow): string {
  return `${row.id}-${row.modified_ms}-${row.size_bytes}`;
}
