import { z } from 'zod';
import type { ListingFilters } from '../db/listing-filters.ts';
import { decodeCursor, encodeCursor } from '../rest/cursor.ts';
import type { ListedRow, Listings } from './listings.ts';
import { filtersOf, type listedListingSchema, listedView, type listQuery } from './schemas.ts';

/** What listings want of full-text search; `SearchIndex` in `search/` is one, and says what it promises. */
export interface ListingSearch {
  search(query: {
    readonly text: string;
    readonly filters: ListingFilters;
    readonly limit: number;
    readonly after?: RankPosition | undefined;
  }): Promise<{
    readonly hits: readonly { readonly listing: ListedRow; readonly snippet: string }[];
    readonly next: RankPosition | undefined;
  }>;
}

interface RankPosition {
  readonly rank: number;
  readonly seq: number;
}

export interface Page {
  data: z.input<typeof listedListingSchema>[];
  next_cursor: string | null;
}

// The first item keeps a cursor of one order from being read in the other.
const seq = z.int().min(1);
const agePosition = z.tuple([z.literal('age'), z.int(), seq]);
const rankPosition = z.tuple([z.literal('rank'), z.number(), seq]);

/**
 * A page of listings: best match first with `q`, newest first without. Throws a 400 for a cursor of another
 * list.
 */
export function readPage(
  deps: { readonly listings: Listings; readonly search: ListingSearch },
  query: z.output<typeof listQuery>,
): Promise<Page> {
  return query.q === undefined ? newest(deps.listings, query) : best(deps.search, query, query.q);
}

async function newest(listings: Listings, query: z.output<typeof listQuery>): Promise<Page> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, agePosition);
  const page = await listings.list({
    filters: filtersOf(query),
    limit: query.limit,
    after: cursor && { createdAt: cursor[1], seq: cursor[2] },
  });
  return {
    data: page.listings.map(listedView),
    next_cursor: page.next ? encodeCursor(['age', page.next.createdAt, page.next.seq]) : null,
  };
}

async function best(search: ListingSearch, query: z.output<typeof listQuery>, text: string): Promise<Page> {
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor, rankPosition);
  const page = await search.search({
    text,
    filters: filtersOf(query),
    limit: query.limit,
    after: cursor && { rank: cursor[1], seq: cursor[2] },
  });
  return {
    data: page.hits.map((hit) => ({ ...listedView(hit.listing), snippet: hit.snippet })),
    next_cursor: page.next ? encodeCursor(['rank', page.next.rank, page.next.seq]) : null,
  };
}
