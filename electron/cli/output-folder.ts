import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asWriteError } from '#shared/errors/write-error';
import { MASK_FILE_SUFFIX, OUTPUT_MARKER } from '#shared/output-marker';
import type { ListedImage } from './list-images';
import { outputNames } from './output-names';

/** The results of `inspect --out`: one mask and one JSON per image, sub-folders mirrored. */
export class OutputFolder {
  readonly #root: string;
  readonly #names: Map<string, string>;
  readonly #madeFolders = new Set<string>();

  private constructor(root: string, images: readonly ListedImage[]) {
    this.#root = root;
    this.#names = outputNames(images.map((image) => image.relativePath));
  }

  /** @throws write-failed, disk-full */
  static async create(root: string, images: readonly ListedImage[]): Promise<OutputFolder> {
    const output = new OutputFolder(root, images);
    await asWriteError(root, async () => {
      await mkdir(root, { recursive: true });
      await writeFile(path.join(root, OUTPUT_MARKER), '');
    });
    return output;
  }

  /** Where the mask of this image goes; its folder exists. @throws write-failed, disk-full */
  async maskPath(relativePath: string): Promise<string> {
    const file = this.#file(relativePath, MASK_FILE_SUFFIX);
    const folder = path.dirname(file);
    if (!this.#madeFolders.has(folder)) await asWriteError(folder, () => mkdir(folder, { recursive: true }));
    this.#madeFolders.add(folder);
    return file;
  }

  /** Replaces the JSON of this image in one step. @throws write-failed, disk-full */
  async writeJson(relativePath: string, content: object): Promise<void> {
    const file = this.#file(relativePath, '.json');
    await asWriteError(file, async () => {
      await writeFile(`${file}.part`, `${JSON.stringify(content, null, 1)}\n`);
      await rename(`${file}.part`, file);
    });
  }

  /** Takes away the mask of an earlier run, so that a failed image does not seem to have one. */
  async removeMask(relativePath: string): Promise<void> {
    await rm(this.#file(relativePath, MASK_FILE_SUFFIX), { force: true });
  }

  #file(relativePath: string, suffix: string): string {
    return path.join(this.#root, `${this.#names.get(relativePath) ?? relativePath}${suffix}`);
  }
}
