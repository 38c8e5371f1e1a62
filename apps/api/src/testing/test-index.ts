import type { AppDatabase } from '../db/database.ts';
import type { ListingFilters } from '../db/listing-filters.ts';
import { openSearchIndex } from '../search/open-index.ts';
import type { SearchIndex, SearchPage } from '../search/search-index.ts';
import { addListing, addUser, type Dialect, openTestDatabase } from './test-database.ts';

/** Work that nobody stops or watches. */
export const WORK: { readonly signal: AbortSignal; progress(): void } = {
  signal: new AbortController().signal,
  progress: () => undefined,
};

export interface Indexed {
  readonly database: AppDatabase;
  readonly index: SearchIndex;
  readonly seller: string;
  readonly search: (text: string, filters?: ListingFilters, limit?: number) => Promise<SearchPage>;
}

/** A database with these listings, all in the index. */
export async function indexed(
  dialect: Dialect,
  listings: readonly Partial<Parameters<typeof addListing>[1]>[],
): Promise<Indexed> {
  // On threads: some tests search without a pause while the index changes.
  const database = await openTestDatabase(dialect, { isolation: 'thread' });
  const seller = await addUser(database.kysely, 'ann@example.com');
  for (const listing of listings) await addListing(database, { seller_id: seller, ...listing });
  const index = openSearchIndex(database);
  await index.indexChanges(WORK);
  return {
    database,
    index,
    seller,
    search: (text, filters = {}, limit = 50) => index.search({ text, filters, limit }),
  };
}

/** The titles found, best first. */
export function titles(page: SearchPage): readonly string[] {
  return page.hits.map((hit) => hit.listing.title);
}
