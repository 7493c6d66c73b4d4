/** Display tiles of decoded pictures, cut from pyramids that are kept while memory allows. */
import { RailscopeError } from '#shared/errors/railscope-error';
import { DISPLAY_TILE_SIDE_PX } from '#shared/resource-url';
import { emptyHalf, shrinkRows } from './shrink';
import type { DecodedImage, RawPixelTile } from './types';

/** Samples halved at one go; between two goes other requests of the process are served. */
const SAMPLES_PER_TURN = 4_000_000;

interface Entry {
  /** level n at index n; each made when first asked for */
  levels: Promise<DecodedImage>[];
  bytes: number;
}

/**
 * Keeps the least recently used pictures within a budget; the one used last stays even if it alone exceeds it.
 * Concurrent loads of one key are shared; a failed load is forgotten.
 */
export class PyramidCache {
  readonly #budgetBytes: number;
  /** in order of use, the oldest first */
  readonly #entries = new Map<string, Entry>();

  /** @param options.budgetBytes samples kept in memory, all pictures and levels together */
  constructor(options: { budgetBytes: number }) {
    this.#budgetBytes = options.budgetBytes;
  }

  /** The decoded picture. @param load decodes it; called only where it is not in memory */
  async image(key: string, load: () => Promise<DecodedImage>): Promise<DecodedImage> {
    return this.#level(key, this.#use(key, load), 0);
  }

  /**
   * One 512×512 tile (smaller at the right and bottom edges) of the picture shrunk by 2^level.
   * @throws bad-request for a tile outside the picture or a level beyond 1×1; what `load` throws
   */
  async tile(key: string, load: () => Promise<DecodedImage>, level: number, tileX: number, tileY: number): Promise<RawPixelTile> {
    const entry = this.#use(key, load);
    const full = await this.#level(key, entry, 0);
    const levelCount = 1 + Math.ceil(Math.log2(Math.max(full.width, full.height)));
    if (!Number.isInteger(level) || level < 0 || level >= levelCount)
      throw new RailscopeError('bad-request', `no level ${level}`, { level });
    return cutTile(await this.#level(key, entry, level), tileX, tileY);
  }

  /** Forgets a picture, e.g. since its file changed. */
  drop(key: string): void {
    this.#entries.delete(key);
  }

  #use(key: string, load: () => Promise<DecodedImage>): Entry {
    const known = this.#entries.get(key);
    const entry = known ?? { levels: [], bytes: 0 };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (!known) this.#add(key, entry, (async () => load())());
    return entry;
  }

  async #level(key: string, entry: Entry, level: number): Promise<DecodedImage> {
    const last = entry.levels.length - 1;
    for (let n = last; n < level; n++) {
      const larger = entry.levels[n];
      if (larger) this.#add(key, entry, larger.then(halveInTurns));
    }
    const image = entry.levels[level];
    if (!image) throw new RailscopeError('internal', `level ${level} was not made`);
    return image;
  }

  #add(key: string, entry: Entry, image: Promise<DecodedImage>): void {
    entry.levels.push(image);
    image.then(
      ({ data }) => {
        entry.bytes += data.byteLength;
        this.#evict();
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
  }

  #evict(): void {
    let total = 0;
    for (const entry of this.#entries.values()) total += entry.bytes;
    const older = [...this.#entries].slice(0, -1);
    for (const [key, entry] of older) {
      if (total <= this.#budgetBytes) return;
      // One that still loads holds nothing yet, and someone waits for it.
      if (entry.bytes === 0) continue;
      this.#entries.delete(key);
      total -= entry.bytes;
    }
  }
}

async function halveInTurns(image: DecodedImage): Promise<DecodedImage> {
  const target = emptyHalf(image);
  const rowsPerTurn = Math.max(1, Math.floor(SAMPLES_PER_TURN / (image.width * image.channels * 2)));
  for (let row = 0; row < target.height; row += rowsPerTurn) {
    if (row > 0) await new Promise((resolve) => setImmediate(resolve));
    shrinkRows(image, target, row, Math.min(target.height, row + rowsPerTurn));
  }
  return target;
}

function cutTile(image: DecodedImage, tileX: number, tileY: number): RawPixelTile {
  const left = tileX * DISPLAY_TILE_SIDE_PX;
  const top = tileY * DISPLAY_TILE_SIDE_PX;
  const inside = Number.isInteger(tileX) && Number.isInteger(tileY) && left >= 0 && top >= 0 && left < image.width && top < image.height;
  if (!inside) throw new RailscopeError('bad-request', `no tile ${tileX}, ${tileY}`, { tileX, tileY });
  const width = Math.min(DISPLAY_TILE_SIDE_PX, image.width - left);
  const height = Math.min(DISPLAY_TILE_SIDE_PX, image.height - top);
  const { data, channels, bitDepth } = image;
  const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const pixelBytes = channels * data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(width * height * pixelBytes);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * image.width + left) * pixelBytes;
    bytes.set(source.subarray(from, from + width * pixelBytes), row * width * pixelBytes);
  }
  return { width, height, channels, bitDepth, bytes };
}
