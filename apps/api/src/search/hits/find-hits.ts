import { type Kysely, type RawBuilder, sql } from 'kysely';
import { matchesFilters } from '../../db/listing-filters.ts';
import type { Database, ListingRow } from '../../db/schema.ts';
import { type QueryTerm, queryTerms } from '../query-terms.ts';
import type { HitPosition, SearchPage, SearchQuery } from '../search-index.ts';
import { createSnippets } from './snippet.ts';

/** An entry of an index that matches: a `listings.seq`, and its rank: the smaller the better. */
export interface Ranked {
  readonly seq: number;
  readonly rank: number;
}

type Hit = ListingRow & Pick<Ranked, 'rank'>;

export interface HitSearch {
  readonly query: SearchQuery;
  /** A subquery for all entries of the live index that match every term. */
  readonly ranked: (terms: readonly QueryTerm[]) => RawBuilder<Ranked>;
}

/** A page of hits. One statement, so that it reads one state of the indexes: a swap can't fall in between. */
export async function findHits(
  database: Kysely<Database>,
  { query, ranked }: HitSearch,
): Promise<SearchPage> {
  const terms = queryTerms(query.text);
  if (terms.length === 0) return { hits: [], next: undefined };
  const hits = await matching(database, ranked(terms), query);
  const page = hits.slice(0, query.limit);
  const last = page.at(-1);
  const snippetOf = createSnippets(terms);
  return {
    hits: page.map(({ rank: _rank, description, ...listing }) => ({
      listing,
      snippet: snippetOf({ title: listing.title, description }),
    })),
    next: hits.length > query.limit && last !== undefined ? { rank: last.rank, seq: last.seq } : undefined,
  };
}

/** The hits of a page and one more, which tells that there is a next page. */
async function matching(
  database: Kysely<Database>,
  ranked: RawBuilder<Ranked>,
  query: SearchQuery,
): Promise<readonly Hit[]> {
  return await database
    .selectFrom(ranked.as('hit'))
    .crossJoin('listings')
    .whereRef('listings.seq', '=', 'hit.seq')
    .where(matchesFilters(query.filters))
    .where(isAfter(query.after))
    .selectAll('listings')
    .select('hit.rank')
    .orderBy('hit.rank')
    .orderBy('hit.seq')
    .limit(query.limit + 1)
    .execute();
}

function isAfter(position: HitPosition | undefined) {
  if (position === undefined) return sql<boolean>`1 = 1`;
  return sql<boolean>`(hit.rank, hit.seq) > (${position.rank}, ${position.seq})`;
}
