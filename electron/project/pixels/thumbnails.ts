/** Thumbnails, made once per version of a file and kept in the project's cache folder. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeImage, encodeThumbnail } from '#imaging';
import { LatestFirstQueue } from './latest-first-queue';

const SIDE_PX = 160;
const DECODES_AT_ONCE = 2;

export class Thumbnails {
  private readonly queue = new LatestFirstQueue<Uint8Array>(DECODES_AT_ONCE);

  /** @param folder exists */
  constructor(private readonly folder: string) {}

  /**
   * @param version changes with the file
   * @returns JPEG
   * @throws as decodeImage
   */
  async get(imageId: number, version: string, imagePath: string): Promise<Uint8Array> {
    const file = path.join(this.folder, `${imageId}-${version}.jpg`);
    const cached = await readFile(file).catch(() => null);
    return cached ?? this.queue.run(file, () => makeThumbnail(imagePath, file));
  }
}

async function makeThumbnail(imagePath: string, file: string): Promise<Uint8Array> {
  const bytes = await encodeThumbnail(await decodeImage(imagePath), SIDE_PX);
  await keep(file, bytes);
  return bytes;
}

/** Whole or not at all, since other windows read it; without room on the disk it is made again next time. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(draft, bytes);
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
