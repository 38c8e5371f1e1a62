import type { Kysely } from 'kysely';
import type { Database } from '../../db/schema.ts';
import { createIndexWork } from '../index-work.ts';
import type { SearchIndex } from '../search-index.ts';
import { searchSqlite } from './sqlite-search.ts';
import { sqliteTables } from './sqlite-tables.ts';

/** A {@link SearchIndex} on SQLite's FTS5. */
export function createSqliteSearchIndex({ database }: { readonly database: Kysely<Database> }): SearchIndex {
  return {
    search: (query) => searchSqlite(database, query),
    ...createIndexWork({ database, tables: sqliteTables }),
  };
}
