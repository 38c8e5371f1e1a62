import type { Kysely } from 'kysely';
import { newId } from '../db/ids.ts';
import type { Database } from '../db/schema.ts';
import { inShortBatches } from '../db/short-batches.ts';
import type { IndexReport, IndexWork, SearchIndex } from './search-index.ts';
import {
  clearSpare,
  copyListings,
  drainChanges,
  isWornOut,
  mergeSome,
  startBuild,
  swapIn,
} from './sqlite-maintenance.ts';
import { searchSqlite } from './sqlite-search.ts';

/** A {@link SearchIndex} on SQLite's FTS5. */
export function createSqliteSearchIndex(deps: { readonly database: Kysely<Database> }): SearchIndex {
  const { database } = deps;
  return {
    search: (query) => searchSqlite(database, query),
    indexChanges: (work) => indexChanges(database, work),
    reindex: (work) => reindex(database, work),
  };
}

async function indexChanges(database: Kysely<Database>, work: IndexWork): Promise<IndexReport> {
  const report = await drainAll(database, work);
  await mergeAll(database, 'live', work.signal);
  if (await isWornOut(database)) await rebuild(database, { signal: work.signal, progress: () => undefined });
  return report;
}

async function reindex(database: Kysely<Database>, work: IndexWork): Promise<IndexReport> {
  const { copied, removed } = await rebuild(database, work);
  return { indexed: copied, removed };
}

async function rebuild(database: Kysely<Database>, work: IndexWork) {
  work.signal.throwIfAborted();
  const buildId = newId();
  await database.transaction().execute((trx) => startBuild(trx, buildId));
  try {
    const copied = await copyAll(database, buildId, work);
    await mergeAll(database, 'spare', work.signal);
    // What changed meanwhile goes into both indexes; what changes from here on waits for the next run.
    const { removed } = await drainAll(database, { signal: work.signal, progress: () => undefined });
    await database.transaction().execute((trx) => swapIn(trx, buildId));
    return { copied, removed };
  } finally {
    // After a swap the spare is the old index; after a failure it is the unfinished one, which changes would go on feeding.
    await database.transaction().execute((trx) => clearSpare(trx, buildId));
  }
}

async function drainAll(database: Kysely<Database>, work: IndexWork): Promise<IndexReport> {
  const total = await countOf(database, 'search_changes');
  let done = 0;
  let indexed = 0;
  let removed = 0;
  await inShortBatches({
    database,
    signal: work.signal,
    step: drainChanges,
    committed: (batch) => {
      done += batch.rows;
      indexed += batch.indexed;
      removed += batch.removed;
      work.progress(done, Math.max(done, total));
    },
  });
  return { indexed, removed };
}

async function mergeAll(
  database: Kysely<Database>,
  which: 'live' | 'spare',
  signal: AbortSignal,
): Promise<void> {
  await inShortBatches({
    database,
    signal,
    step: (trx, pages) => mergeSome(trx, { which, pages }),
    committed: () => undefined,
  });
}

async function copyAll(database: Kysely<Database>, buildId: string, work: IndexWork): Promise<number> {
  const total = await countOf(database, 'listings');
  let after = 0;
  let copied = 0;
  await inShortBatches({
    database,
    signal: work.signal,
    step: (trx, size) => copyListings(trx, { buildId, after, size }),
    committed: (batch) => {
      after = batch.last;
      copied += batch.rows;
      work.progress(copied, Math.max(copied, total));
    },
  });
  return copied;
}

async function countOf(database: Kysely<Database>, table: 'search_changes' | 'listings'): Promise<number> {
  const row = await database
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
