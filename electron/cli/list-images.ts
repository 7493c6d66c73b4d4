import { stat } from 'node:fs/promises';
import path from 'node:path';
import { walkImages } from '#imaging';
import type { ErrorInfo } from '#shared/errors/codes';
import { RailscopeError } from '#shared/errors/railscope-error';
import { MASK_FILE_SUFFIX, OUTPUT_MARKER } from '#shared/output-marker';

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
  const outputs = new OutputFolders(target);
  const onUnreadable = (file: string, error: ErrorInfo): void => {
    listing.unreadable.push({ relativePath: slashed(path.relative(target, file)), error });
  };
  const skipped = skipFolders.filter((folder) => folder !== target);
  for await (const { relativePath } of walkImages(target, { signal, skipFolders: skipped, onUnreadable })) {
    if (!outputsToo && (await outputs.hold(relativePath))) continue;
    listing.images.push({ relativePath, path: path.join(target, relativePath) });
  }
  if (listing.images.length === 0) throw new RailscopeError('no-images', `no images below ${target}`, { path: target });
  return listing;
}

/** Knows which folders hold results of `inspect --out`. */
class OutputFolders {
  readonly #root: string;
  readonly #marked = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether this file is a mask below an output folder. */
  async hold(relativePath: string): Promise<boolean> {
    return relativePath.endsWith(MASK_FILE_SUFFIX) && this.#isMarked(path.posix.dirname(relativePath));
  }

  async #isMarked(relativeFolder: string): Promise<boolean> {
    const known = this.#marked.get(relativeFolder);
    if (known !== undefined) return known;
    const here = await stat(path.join(this.#root, relativeFolder, OUTPUT_MARKER)).then(
      () => true,
      () => false,
    );
    const marked = here || (relativeFolder !== '.' && (await this.#isMarked(path.posix.dirname(relativeFolder))));
    this.#marked.set(relativeFolder, marked);
    return marked;
  }
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
