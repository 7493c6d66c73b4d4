/**
 * A long list that is fetched page by page as it comes into view. Rows stay visible while a fresh copy of their page
 * is under way; pages far from view are forgotten, so that 100,000 rows cost the memory of a few thousand.
 */
export interface RowPage<Row> {
  total: number;
  rows: Row[];
}
export type FetchRows<Query, Row> = (query: Query, offset: number, limit: number) => Promise<RowPage<Row>>;

interface CachedPage<Row> {
  rows: Row[];
  /** the epoch in which it was asked for; an older one than the list's = stale */
  epoch: number;
}

const PAGE_ROWS = 100;
const MAXIMUM_PAGES = 40;

export class PagedRows<Query, Row> {
  /** rows that match the query; null until the first page came */
  total: number | null = null;
  /** why the last fetch failed; null when it succeeded */
  error: unknown = null;
  readonly #fetchRows: FetchRows<Query, Row>;
  readonly #pages = new Map<number, CachedPage<Row>>();
  readonly #underWay = new Map<number, Promise<void>>();
  readonly #listeners = new Set<() => void>();
  #query: Query;
  /** grows with each query: answers to older ones are dropped */
  #generation = 0;
  #version = 0;
  /** grows with each invalidation */
  #epoch = 0;
  #view: { from: number; to: number } = { from: 0, to: 0 };

  constructor(query: Query, fetchRows: FetchRows<Query, Row>) {
    this.#query = query;
    this.#fetchRows = fetchRows;
  }

  /** for useSyncExternalStore: a number that changes with every change of the rows */
  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  row(index: number): Row | undefined {
    return this.#pages.get(pageOf(index))?.rows[index % PAGE_ROWS];
  }

  /** Says which rows are in view (both ends inclusive) and fetches what is missing or stale of them. */
  show(from: number, to: number): void {
    this.#view = { from, to };
    for (let page = pageOf(from); page <= pageOf(to); page++) {
      if (!this.#isFresh(page)) void this.#fetchPage(page);
    }
  }

  /** The row at `index`, fetched if need be; undefined beyond the ends or when it cannot be had. */
  async load(index: number): Promise<Row | undefined> {
    if (index < 0) return undefined;
    if (!this.#isFresh(pageOf(index))) await this.#fetchPage(pageOf(index));
    return this.row(index);
  }

  /** Looks through the rows that are loaded. */
  indexOf(matches: (row: Row) => boolean): number {
    for (const [page, cached] of this.#pages) {
      const place = cached.rows.findIndex(matches);
      if (place >= 0) return page * PAGE_ROWS + place;
    }
    return -1;
  }

  /** Another list: forgets everything and fetches its beginning. */
  setQuery(query: Query): void {
    this.#query = query;
    this.clear();
    this.show(0, 0);
  }

  clear(): void {
    this.#generation++;
    this.#pages.clear();
    this.#underWay.clear();
    this.total = null;
    this.error = null;
    this.#changed();
  }

  /** The rows may have changed: fetches those in view again, others when they come into view. */
  invalidate(): void {
    this.#epoch++;
    this.show(this.#view.from, this.#view.to);
  }

  #isFresh(page: number): boolean {
    return this.#pages.get(page)?.epoch === this.#epoch;
  }

  async #fetchPage(page: number): Promise<void> {
    const running = this.#underWay.get(page);
    if (running) return running;
    const fetching = this.#receivePage(page, this.#generation);
    this.#underWay.set(page, fetching);
    return fetching;
  }

  async #receivePage(page: number, generation: number): Promise<void> {
    const epoch = this.#epoch;
    try {
      const answer = await this.#fetchRows(this.#query, page * PAGE_ROWS, PAGE_ROWS);
      if (generation !== this.#generation) return;
      this.#pages.delete(page);
      this.#pages.set(page, { rows: answer.rows, epoch });
      this.total = answer.total;
      this.error = null;
      this.#forgetFarPages();
    } catch (error) {
      if (generation !== this.#generation) return;
      this.error = error;
    }
    this.#underWay.delete(page);
    this.#changed();
    if (epoch !== this.#epoch && this.#isInView(page)) void this.#fetchPage(page);
  }

  #isInView(page: number): boolean {
    return page >= pageOf(this.#view.from) && page <= pageOf(this.#view.to);
  }

  #forgetFarPages(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= MAXIMUM_PAGES) return;
      if (!this.#isInView(page)) this.#pages.delete(page);
    }
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

function pageOf(index: number): number {
  return Math.floor(index / PAGE_ROWS);
}
