import { type Kysely, sql } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { findHits } from '../hits/find-hits.ts';
import type { QueryTerm } from '../query-terms.ts';
import type { SearchPage, SearchQuery } from '../search-index.ts';

/** See `SearchIndex.search`. */
export function searchSqlite(database: Kysely<Database>, query: SearchQuery): Promise<SearchPage> {
  return findHits(database, { query, ranked: (terms) => ranked(ftsQuery(terms)) });
}

// A match in the title weighs five times one in the description; the smaller the rank the better. CROSS JOIN
// has SQLite look first which index is live, so that the other one is not searched at all.
const ranked = (match: string) => sql<{ seq: number; rank: number }>`(
  SELECT search_a.rowid AS seq, bm25(search_a, 5.0, 1.0) AS rank
  FROM search_state CROSS JOIN search_a WHERE live = 'a' AND search_a MATCH ${match}
  UNION ALL
  SELECT search_b.rowid AS seq, bm25(search_b, 5.0, 1.0) AS rank
  FROM search_state CROSS JOIN search_b WHERE live = 'b' AND search_b MATCH ${match}
)`;

/** An FTS5 query for listings with all terms. A quoted string is never syntax, and a word holds no quote. */
function ftsQuery(terms: readonly QueryTerm[]): string {
  return terms.map((term) => `"${term.word}"${term.prefix ? '*' : ''}`).join(' ');
}
