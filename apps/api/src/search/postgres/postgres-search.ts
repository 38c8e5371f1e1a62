import { type Kysely, sql } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { findHits, type Ranked } from '../hits/find-hits.ts';
import type { SearchPage, SearchQuery } from '../search-index.ts';
import { tsquery } from './tsvector.ts';

/** See `SearchIndex.search`. */
export function searchPostgres(database: Kysely<Database>, query: SearchQuery): Promise<SearchPage> {
  return findHits(database, { query, ranked: (terms) => ranked(tsquery(terms)) });
}

// By how close the words stand to each other; a word of the title (A) counts ten times one of the description
// (B), and a long text less than a short one (1). Which index is live is looked up first, so that the other
// one is not searched at all.
const ranked = (match: string) => sql<Ranked>`(
  SELECT seq, -ts_rank_cd('{0, 0, 0.1, 1}', words, ${match}::tsquery, 1)::float8 AS rank
  FROM greenvue.search_a WHERE (SELECT live FROM greenvue.search_state) = 'a' AND words @@ ${match}::tsquery
  UNION ALL
  SELECT seq, -ts_rank_cd('{0, 0, 0.1, 1}', words, ${match}::tsquery, 1)::float8 AS rank
  FROM greenvue.search_b WHERE (SELECT live FROM greenvue.search_state) = 'b' AND words @@ ${match}::tsquery
)`;
