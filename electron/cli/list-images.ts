import { stat } from 'node:fs/promises';
import path from 'node:path';
import { walkImages } from '#imaging';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError } from '#shared/errors/railscope-error';

export interface ListedImage {
  /** below the inspected folder, `/` between the parts */
  relativePath: string;
  path: string;
}

export interface ImageListing {
  /** the folder that was walked; that of the file where a single image was named */
  folder: string;
  single: boolean;
  images: ListedImage[];
  unreadable: { relativePath: string; error: ErrorInfo }[];
}

/**
 * The images below a folder in natural order, or a single image. Results of earlier runs are left out unless wanted.
 * @param target absolute path of a folder or a file
 * @param skipFolders absolute paths that are not entered
 * @throws folder-missing, folder-unreadable, no-images, cancelled
 */
export async function listImages(
  target: string,
  skipFolders: readonly string[],
  signal: AbortSignal,
  { outputsToo = false } = {},
): Promise<ImageListing> {
  const facts = await stat(target).catch(() => null);
  if (facts?.isFile()) {
    const image = { relativePath: path.basename(target), path: target };
    return { folder: path.dirname(target), single: true, images: [image], unreadable: [] };
  }
  const listing: ImageListing = { folder: target, single: false, images: [], unreadable: [] };
  const onUnreadable = (file: string, error: ErrorInfo): void => {
    listing.unreadable.push({ relativePath: slashed(path.relative(target, file)), error });
  };
  const skipped = skipFolders.filter((folder) => folder !== target);
  for await (const { relativePath } of walkImages(target, { signal, skipFolders: skipped, outputsToo, onUnreadable })) {
    listing.images.push({ relativePath, path: path.join(target, relativePath) });
  }
  if (listing.images.length === 0) throw new RailscopeError('no-images', `no images below ${target}`, { path: target });
  return listing;
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
