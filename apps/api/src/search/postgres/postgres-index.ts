import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { createIndexWork } from '../index-work.ts';
import type { SearchIndex } from '../search-index.ts';
import { searchPostgres } from './postgres-search.ts';
import { postgresTables } from './postgres-tables.ts';

/** A {@link SearchIndex} on PostgreSQL's `tsvector`. */
export function createPostgresSearchIndex({
  database,
}: {
  readonly database: Kysely<Database>;
}): SearchIndex {
  return {
    search: (query) => searchPostgres(database, query),
    ...createIndexWork({ database, tables: postgresTables }),
  };
}
