/** Raw samples of one display tile. */
export interface RawSamples {
  width: number;
  height: number;
  channels: 1 | 3;
  bitDepth: 8 | 16;
  /** row-major, interleaved */
  samples: Uint8Array | Uint16Array;
}

export type TileFetch = (url: string, signal: AbortSignal) => Promise<RawSamples>;

const PARALLEL = 6;
const CACHE_BYTES = 256 * 1024 * 1024;
/** A tile that could not be fetched is asked for again after this long. */
const RETRY_MS = 4000;

/** Fetches tiles, the most wanted first, and keeps the latest used ones. */
export class TileSource {
  private readonly cache = new Map<string, RawSamples>();
  private cachedBytes = 0;
  private readonly flying = new Map<string, { abort: AbortController; promise: Promise<RawSamples> }>();
  private readonly failedAtMs = new Map<string, number>();

  constructor(
    private readonly fetchTile: TileFetch,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly cacheBytes = CACHE_BYTES,
  ) {}

  /** The tile if it is here. */
  peek(url: string): RawSamples | null {
    const tile = this.cache.get(url);
    if (!tile) return null;
    this.cache.delete(url);
    this.cache.set(url, tile);
    return tile;
  }

  async get(url: string): Promise<RawSamples> {
    return this.peek(url) ?? this.fetch(url);
  }

  /**
   * Starts fetching what is not here, in order and a few at a time; call again when one arrived. Fetches of this owner
   * that are no longer wanted are given up.
   * @param mine whether a running fetch belongs to the caller
   * @param arrived called for every tile that comes in
   */
  want(urls: readonly string[], mine: (url: string) => boolean, arrived: () => void): void {
    const wanted = new Set(urls);
    for (const [url, flight] of this.flying) if (mine(url) && !wanted.has(url)) flight.abort.abort();
    for (const url of urls) {
      if (this.flying.size >= PARALLEL) return;
      if (this.cache.has(url) || this.flying.has(url) || this.failedLately(url)) continue;
      this.fetch(url).then(arrived, arrived);
    }
  }

  /** Forgets the tiles of which the address matches, e.g. a probability map that was computed anew. */
  forget(matches: (url: string) => boolean): void {
    for (const [url, flight] of this.flying) if (matches(url)) flight.abort.abort();
    for (const [url, tile] of this.cache) {
      if (!matches(url)) continue;
      this.cache.delete(url);
      this.cachedBytes -= tile.samples.byteLength;
    }
    for (const url of this.failedAtMs.keys()) if (matches(url)) this.failedAtMs.delete(url);
  }

  private fetch(url: string): Promise<RawSamples> {
    const known = this.flying.get(url);
    if (known && !known.abort.signal.aborted) return known.promise;
    const abort = new AbortController();
    const promise = this.fetchTile(url, abort.signal)
      .then((tile) => {
        this.keep(url, tile);
        return tile;
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.failedAtMs.set(url, this.nowMs());
        throw error;
      })
      .finally(() => {
        if (this.flying.get(url)?.abort === abort) this.flying.delete(url);
      });
    this.flying.set(url, { abort, promise });
    return promise;
  }

  private failedLately(url: string): boolean {
    const failed = this.failedAtMs.get(url);
    return failed !== undefined && this.nowMs() - failed < RETRY_MS;
  }

  private keep(url: string, tile: RawSamples): void {
    this.failedAtMs.delete(url);
    this.cachedBytes -= this.cache.get(url)?.samples.byteLength ?? 0;
    this.cache.set(url, tile);
    this.cachedBytes += tile.samples.byteLength;
    for (const [oldest, old] of this.cache) {
      if (this.cachedBytes <= this.cacheBytes || oldest === url) break;
      this.cache.delete(oldest);
      this.cachedBytes -= old.samples.byteLength;
    }
  }
}

/** Fetches a tile of the application's own scheme. @throws when it is not there or not a tile */
export async function fetchRawTile(url: string, signal: AbortSignal): Promise<RawSamples> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const header = (name: string): number => Number(response.headers.get(name));
  const bytes = await response.arrayBuffer();
  const tile = { width: header('x-width'), height: header('x-height'), channels: header('x-channels'), bitDepth: header('x-bit-depth') };
  const { width, height, channels, bitDepth } = tile;
  if ((channels !== 1 && channels !== 3) || (bitDepth !== 8 && bitDepth !== 16)) throw new Error(`${url}: not a tile`);
  if (bytes.byteLength !== (width * height * channels * bitDepth) / 8) throw new Error(`${url}: incomplete tile`);
  return { width, height, channels, bitDepth, samples: bitDepth === 8 ? new Uint8Array(bytes) : new Uint16Array(bytes) };
}
