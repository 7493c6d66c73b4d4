/** Fetches the pictures of some report pages before they are drawn, so that drawing never waits and none is fetched twice. */
import type { Box } from '#shared/geometry/box';
import type { ReportDefect } from '#shared/domain/report';
import type { ReportPage } from '#shared/report/plan';
import { cropUrl, overlayUrl } from '#shared/resource-url';
import { contextBox, cropBox } from './geometry';
import type { PictureBudget, ReportModel } from './report-model';

const JPEG_QUALITIES = [0.82, 0.7, 0.58, 0.46, 0.36];
const JPEG_DATA_URL = 'data:image/jpeg;base64,';
const BYTES_PER_BASE64_CHARACTER = 0.75;
const PARALLEL_FETCHES = 4;

export interface DefectPictures {
  context: { box: Box; url: string };
  crop: { box: Box; url: string; overlayUrl: string };
}

/** Addresses of pictures → object URLs; `null` = could not be loaded, absent = not loaded yet. */
export class PictureSet {
  readonly #byUrl = new Map<string, string | null>();

  get(url: string): string | null | undefined {
    return this.#byUrl.get(url);
  }

  set(url: string, objectUrl: string | null): void {
    this.#byUrl.set(url, objectUrl);
  }

  get missing(): number {
    return [...this.#byUrl.values()].filter((value) => value === null).length;
  }

  /** Frees the pixels; the pictures must not be on screen any more. */
  dispose(): void {
    for (const objectUrl of this.#byUrl.values()) if (objectUrl !== null) URL.revokeObjectURL(objectUrl);
    this.#byUrl.clear();
  }
}

export function defectPictures(defect: ReportDefect, budget: PictureBudget): DefectPictures {
  const context = contextBox(defect.box, defect.imageWidth, defect.imageHeight);
  const crop = cropBox(defect.box, defect.imageWidth, defect.imageHeight);
  return {
    context: { box: context, url: cropUrl(defect.imageId, context, budget.contextPx) },
    crop: {
      box: crop,
      url: cropUrl(defect.imageId, crop, budget.cropPx),
      overlayUrl: overlayUrl(defect.imageId, defect.label, crop, budget.cropPx),
    },
  };
}

/** Loads what `pages` show. Never rejects for a picture: what fails is `null` in the set. @throws AbortError */
export async function loadPictures(model: ReportModel, pages: readonly ReportPage[], signal?: AbortSignal): Promise<PictureSet> {
  const set = new PictureSet();
  const urls = [...new Set(pages.flatMap((page) => urlsOfPage(model, page)))];
  const loadNext = async (): Promise<void> => {
    for (let url = urls.shift(); url !== undefined; url = urls.shift()) {
      set.set(url, await loadPicture(url, model.pictures.maximumBytes, signal).catch(() => null));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_FETCHES }, loadNext));
  if (signal?.aborted) {
    set.dispose();
    signal.throwIfAborted();
  }
  return set;
}

function urlsOfPage(model: ReportModel, page: ReportPage): string[] {
  const defect = page.kind === 'defect' ? model.data.defects[page.index] : undefined;
  if (!defect) return [];
  const { context, crop } = defectPictures(defect, model.pictures);
  return [context.url, crop.url, crop.overlayUrl];
}

async function loadPicture(url: string, maximumBytes: number, signal?: AbortSignal): Promise<string | null> {
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) return null;
  const blob = await response.blob();
  const isPhotograph = blob.type === 'image/jpeg';
  return URL.createObjectURL(isPhotograph && blob.size > maximumBytes ? await encodeSmaller(blob, maximumBytes) : blob);
}

/** The best JPEG quality that keeps to the limit, or the lowest. Encodes at once: a hidden window delays `toBlob`. */
async function encodeSmaller(blob: Blob, maximumBytes: number): Promise<Blob> {
  const bitmap = await createImageBitmap(blob);
  const canvas = document.createElement('canvas');
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d', { alpha: false, willReadFrequently: true })?.drawImage(bitmap, 0, 0);
  bitmap.close();
  let smallest: string | null = null;
  for (const quality of JPEG_QUALITIES) {
    smallest = canvas.toDataURL('image/jpeg', quality).slice(JPEG_DATA_URL.length);
    if (smallest.length * BYTES_PER_BASE64_CHARACTER <= maximumBytes) break;
  }
  if (smallest === null || smallest.length * BYTES_PER_BASE64_CHARACTER >= blob.size) return blob;
  return new Blob([Uint8Array.from(atob(smallest), (character) => character.charCodeAt(0))], { type: 'image/jpeg' });
}
