import type { ListingFilters } from '../db/listing-filters.ts';
import type { ListingRow } from '../db/schema.ts';

/**
 * Full-text search over listings. The index follows the listings only when {@link SearchIndex.indexChanges}
 * or {@link SearchIndex.reindex} runs; until then a new listing is not found and an edited one is found by
 * its old words. A removed listing is never found, and what a hit shows is always the listing as it stands.
 */
export interface SearchIndex {
  /**
   * Listings that have every word of `text` in their title or description, best match first; a match in the
   * title counts more. A word also matches longer words that begin with it (a single ASCII letter or digit
   * only itself); case and diacritics don't count. The search ignores words after the first ten different
   * ones. All else in `text`, operators and quotes included, only parts words. No word, no hit.
   */
  search(query: SearchQuery): Promise<SearchPage>;
  /**
   * Takes up all changes since the last success, removed listings included, in short transactions. Safe to
   * kill at any instant and to run beside a `reindex`.
   */
  indexChanges(work: IndexWork): Promise<IndexReport>;
  /**
   * Builds the index anew beside the present one, in short transactions, and then puts it in its place in
   * one, so that a search sees the old one or the new one and never a hole. What a killed build left is
   * dropped. A second reindex takes over from the first, which throws.
   */
  reindex(work: IndexWork): Promise<IndexReport>;
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

export interface IndexReport {
  /** Listings written to the index. */
  readonly indexed: number;
  /** Removed listings taken out of it. */
  readonly removed: number;
}
