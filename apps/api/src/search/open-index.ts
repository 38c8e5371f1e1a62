import type { AppDatabase } from '../db/database.ts';
import { createPostgresSearchIndex } from './postgres/postgres-index.ts';
import type { SearchIndex } from './search-index.ts';
import { createSqliteSearchIndex } from './sqlite/sqlite-index.ts';

/** The {@link SearchIndex} that goes with a database. */
export function openSearchIndex({ dialect, kysely: database }: AppDatabase): SearchIndex {
  return dialect === 'postgres'
    ? createPostgresSearchIndex({ database })
    : createSqliteSearchIndex({ database });
}
