import type { Kysely, Transaction } from 'kysely';
import { newId } from '../db/ids.ts';
import type { Database } from '../db/schema.ts';
import { inShortBatches } from '../db/short-batches.ts';
import type { BuildRange, Copied, IndexTables } from './index-tables.ts';
import type { IndexReport, IndexWork, SearchIndex } from './search-index.ts';

interface Index {
  readonly database: Kysely<Database>;
  readonly tables: IndexTables;
}

/** How an index follows the listings, whatever the database: all but the search itself. */
export function createIndexWork(index: Index): Pick<SearchIndex, 'indexChanges' | 'reindex'> {
  return {
    indexChanges: (work) => indexChanges(index, work),
    reindex: (work) => reindex(index, work),
  };
}

async function indexChanges(index: Index, work: IndexWork): Promise<IndexReport> {
  const report = await drainAll(index, work);
  await mergeAll(index, 'live', work.signal);
  if (await index.tables.isWornOut(index.database)) await rebuild(index, unwatched(work));
  return report;
}

async function reindex(index: Index, work: IndexWork): Promise<IndexReport> {
  const { copied, removed } = await rebuild(index, work);
  return { indexed: copied, removed };
}

async function rebuild(index: Index, work: IndexWork) {
  const { database, tables } = index;
  work.signal.throwIfAborted();
  const buildId = newId();
  await database.transaction().execute((trx) => tables.startBuild(trx, buildId));
  try {
    await clearSpare(index, buildId, work);
    const copied = await copyAll(index, buildId, work);
    await mergeAll(index, 'spare', work.signal);
    // What changed meanwhile goes into both indexes; what changes from here on waits for the next run.
    const { removed } = await drainAll(index, unwatched(work));
    await database.transaction().execute((trx) => tables.swapIn(trx, buildId));
    await clearSpare(index, buildId, work);
    return { copied, removed };
  } finally {
    // After a swap the spare is the old index; after a failure it is the unfinished one, which changes would
    // go on feeding.
    await database.transaction().execute((trx) => tables.endBuild(trx, buildId));
  }
}

async function drainAll({ database, tables }: Index, work: IndexWork): Promise<IndexReport> {
  const total = await countOf(database, 'search_changes');
  let done = 0;
  let indexed = 0;
  let removed = 0;
  await inShortBatches({
    database,
    signal: work.signal,
    step: (trx, size) => tables.drainChanges(trx, size),
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
  { database, tables }: Index,
  which: 'live' | 'spare',
  signal: AbortSignal,
): Promise<void> {
  await inShortBatches({
    database,
    signal,
    step: (trx, pages) => tables.mergeSome(trx, { which, pages }),
    committed: () => undefined,
  });
}

async function clearSpare(index: Index, buildId: string, { signal }: IndexWork): Promise<void> {
  const step = (trx: Transaction<Database>, range: BuildRange) => index.tables.clearSpare(trx, range);
  await inKeyOrder(index, { buildId, signal, step, committed: () => undefined });
}

async function copyAll(index: Index, buildId: string, work: IndexWork): Promise<number> {
  const total = await countOf(index.database, 'listings');
  let copied = 0;
  await inKeyOrder(index, {
    buildId,
    signal: work.signal,
    step: (trx, range) => index.tables.copyListings(trx, range),
    committed: (batch) => {
      copied += batch.rows;
      work.progress(copied, Math.max(copied, total));
    },
  });
  return copied;
}

interface WorkInKeyOrder {
  readonly buildId: string;
  readonly signal: AbortSignal;
  readonly step: (trx: Transaction<Database>, range: BuildRange) => Promise<Copied>;
  readonly committed: (batch: Copied) => void;
}

async function inKeyOrder({ database }: Index, work: WorkInKeyOrder): Promise<void> {
  let after = 0;
  await inShortBatches({
    database,
    signal: work.signal,
    step: (trx, size) => work.step(trx, { buildId: work.buildId, after, size }),
    committed: (batch) => {
      after = batch.last;
      work.committed(batch);
    },
  });
}

function unwatched({ signal }: IndexWork): IndexWork {
  return { signal, progress: () => undefined };
}

async function countOf(database: Kysely<Database>, table: 'search_changes' | 'listings'): Promise<number> {
  const row = await database
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
