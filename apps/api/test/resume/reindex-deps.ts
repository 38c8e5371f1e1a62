// The dependencies of a reindex whose batches are noted in a file, for the thread of its handler.
import { appendFileSync } from 'node:fs';
import { defineThreadDeps } from '@greenvue/jobs';
import { createDatabase, type DatabaseLocation } from '../../src/db/create-database.ts';
import type { IndexTables } from '../../src/search/index-tables.ts';
import { createIndexWork } from '../../src/search/index-work.ts';
import { postgresTables } from '../../src/search/postgres/postgres-tables.ts';
import { sqliteTables } from '../../src/search/sqlite/sqlite-tables.ts';

export interface ReindexData {
  readonly location: DatabaseLocation;
  /** A line for each batch that begins: the `seq` after which it copies. */
  readonly notes: string;
}

export const reindexDeps = defineThreadDeps({
  module: import.meta.url,
  create: async ({ location, notes }: ReindexData) => {
    const { kysely: database, dialect } = await createDatabase({ isolation: 'inline', ...location });
    const tables = noting(dialect === 'postgres' ? postgresTables : sqliteTables, notes);
    return { search: createIndexWork({ database, tables }), clock: { now: () => Date.now() } };
  },
});

function noting(tables: IndexTables, notes: string): IndexTables {
  return {
    ...tables,
    copyListings: async (trx, range) => {
      appendFileSync(notes, `${range.after}\n`);
      return tables.copyListings(trx, range);
    },
  };
}
