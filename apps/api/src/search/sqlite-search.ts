import { type Kysely, sql } from 'kysely';
import { matchesFilters } from '../db/listing-filters.ts';
import type { Database, ListingRow } from '../db/schema.ts';
import { type QueryTerm, queryTerms } from './query-terms.ts';
import type { HitPosition, SearchPage, SearchQuery } from './search-index.ts';
import { snippet } from './snippet.ts';

type Hit = ListingRow & { readonly rank: number };

/** See `SearchIndex.search`. One statement, so that it reads one state of the indexes: a swap can't fall in between. */
export async function searchSqlite(database: Kysely<Database>, query: SearchQuery): Promise<SearchPage> {
  const terms = queryTerms(query.text);
  if (terms.length === 0) return { hits: [], next: undefined };
  const hits = await matching(database, ftsQuery(terms), query);
  const page = hits.slice(0, query.limit);
  const last = page.at(-1);
  return {
    hits: page.map(({ rank: _rank, ...listing }) => ({ listing, snippet: snippet(listing, terms) })),
    next: hits.length > query.limit && last !== undefined ? { rank: last.rank, seq: last.seq } : undefined,
  };
}

/** An FTS5 query for listings with all terms. A quoted string is never syntax, and a word holds no quote. */
function ftsQuery(terms: readonly QueryTerm[]): string {
  return terms.map((term) => `"${term.word}"${term.prefix ? '*' : ''}`).join(' ');
}

// A match in the title weighs five times one in the description; the smaller the rank the better. CROSS JOIN has SQLite
// look first which index is live, so that the other one is not searched at all.
const ranked = (match: string) => sql<{ seq: number; rank: number }>`(
  SELECT search_a.rowid AS seq, bm25(search_a, 5.0, 1.0) AS rank
  FROM search_state CROSS JOIN search_a WHERE live = 'a' AND search_a MATCH ${match}
  UNION ALL
  SELECT search_b.rowid AS seq, bm25(search_b, 5.0, 1.0) AS rank
  FROM search_state CROSS JOIN search_b WHERE live = 'b' AND search_b MATCH ${match}
)`;

/** The hits of a page and one more, which tells that there is a next page. */
async function matching(
  database: Kysely<Database>,
  match: string,
  query: SearchQuery,
): Promise<readonly Hit[]> {
  return await database
    .selectFrom(ranked(match).as('hit'))
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
