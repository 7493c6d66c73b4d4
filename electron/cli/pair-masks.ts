import path from 'node:path';
import { MASK_FILE_SUFFIX } from '#shared/output-marker';

/**
 * Finds the mask of each image: the file in the same sub-folder with the same name, whatever the extension, or with the
 * name that `inspect --out` gives it. A name with the image's own extension in it (`a.jpg.png`) goes first.
 * @returns image → mask, relative paths with `/`; images without a mask are missing from it
 */
export function pairMasks(images: readonly string[], masks: readonly string[]): Map<string, string> {
  const byName = new Map<string, string>();
  for (const mask of masks) {
    for (const name of namesOf(mask)) if (!byName.has(name)) byName.set(name, mask);
  }
  const pairs = new Map<string, string>();
  for (const image of images) {
    const mask = byName.get(image) ?? byName.get(withoutExtension(image));
    if (mask !== undefined) pairs.set(image, mask);
  }
  return pairs;
}

function namesOf(mask: string): string[] {
  const plain = withoutExtension(mask);
  return mask.endsWith(MASK_FILE_SUFFIX) ? [mask.slice(0, -MASK_FILE_SUFFIX.length), plain] : [plain];
}

function withoutExtension(file: string): string {
  const { dir, name } = path.posix.parse(file);
  return path.posix.join(dir, name);
}
