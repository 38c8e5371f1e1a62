import type { ListingFilters } from '../db/listing-filters.ts';
import type { ListingRow } from '../db/schema.ts';

/**
 * Full-text search over listings. The index follows the listings only when {@link SearchIndex.indexChanges}
 * or {@link SearchIndex.reindex} runs; until then a new listing is not found and an edited one is found by
 * its old words. A removed listing is never found, and what a hit shows is always the listing as it stands.
 */
export interface SearchIndex {
  /**
   * Listings with all of the first ten words of `text`, best match first; the title counts more. A word also
   * matches longer words that begin with it, except a single ASCII letter or digit. Case, diacritics and
   * operators are ignored.
   */
  search(query: SearchQuery): Promise<SearchPage>;
  /**
   * Takes up all changes since the last success, removed listings included, in short transactions. Ends a
   * build that began more than a day ago. Safe to kill at any instant and to run beside a `reindex`.
   */
  indexChanges(work: IndexWork): Promise<IndexReport>;
  /**
   * Builds a new index in short transactions; one more puts it in place of the old one, so a search always
   * sees a whole index. It drops the remains of a killed build, unless it continues that build. A second
   * reindex takes over from the first, which throws.
   */
  reindex(work: ReindexWork): Promise<IndexReport>;
}

/** Where a page of hits ends: the next one begins after it. */
export interface HitPosition {
  readonly rank: number;
  readonly seq: number;
}

export interface SearchQuery {
  readonly text: string;
  readonly filters: ListingFilters;
  readonly limit: number;
  readonly after?: HitPosition | undefined;
}

export interface SearchHit {
  readonly listing: Omit<ListingRow, 'description'>;
  /** HTML: the text is escaped, and `<mark>` around the words found is all the markup there is. */
  readonly snippet: string;
}

export interface SearchPage {
  readonly hits: readonly SearchHit[];
  /**
   * Absent on the last page. Ranks move when the index does: a page turned meanwhile may repeat or miss a
   * hit.
   */
  readonly next: HitPosition | undefined;
}

export interface IndexWork {
  /** Looked at between transactions; its reason is thrown. */
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** Where a build of an index stands. */
export interface ReindexPosition {
  readonly build: string;
  /** The index that it fills. */
  readonly into: 'a' | 'b';
  /** The `seq` of the last listing in it. */
  readonly after: number;
  readonly indexed: number;
}

export interface ReindexWork extends IndexWork {
  /** A build that fails then stays, and a call with its last position continues it. */
  readonly resume?: {
    readonly from: ReindexPosition | undefined;
    /** Called after each batch, and awaited. */
    readonly save: (position: ReindexPosition) => Promise<void>;
  };
}

export interface IndexReport {
  /** Listings written to the index. */
  readonly indexed: number;
  /** Removed listings taken out of it. */
  readonly removed: number;
}
