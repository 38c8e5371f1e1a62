import type { Kysely, Transaction } from 'kysely';
import { ageOf, newId } from '../db/ids.ts';
import type { Database } from '../db/schema.ts';
import { inShortBatches } from '../db/short-batches.ts';
import type { BuildRange, Copied, IndexTables } from './index-tables.ts';
import type { IndexReport, IndexWork, ReindexPosition, ReindexWork, SearchIndex } from './search-index.ts';

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

/** All attempts of a reindex take less. */
const ABANDONED_MS = 24 * 3_600_000;

async function indexChanges(index: Index, work: IndexWork): Promise<IndexReport> {
  await endAbandonedBuild(index);
  const report = await drainAll(index, work);
  await mergeAll(index, 'live', work.signal);
  if (await index.tables.isWornOut(index.database)) await rebuild(index, unwatched(work));
  return report;
}

/** A reindex that has failed for good leaves its build, which changes would go on feeding. */
async function endAbandonedBuild({ database, tables }: Index): Promise<void> {
  const { buildId } = await database.transaction().execute((trx) => tables.stateOf(trx));
  if (buildId !== undefined && ageOf(buildId) >= ABANDONED_MS)
    await database.transaction().execute((trx) => tables.endBuild(trx, buildId));
}

async function reindex(index: Index, work: ReindexWork): Promise<IndexReport> {
  const { copied, removed } = await rebuild(index, work);
  return { indexed: copied, removed };
}

async function rebuild(index: Index, work: ReindexWork) {
  const { database, tables } = index;
  work.signal.throwIfAborted();
  const build = (await continued(index, work.resume?.from)) ?? (await started(index));
  const { build: buildId, indexed } = build.position;
  let isDone = false;
  try {
    let filled = { copied: indexed, removed: 0 };
    if (build.state === 'new') await clearSpare(index, buildId, work);
    if (build.state === 'new' || build.state === 'filling') {
      filled = await fillSpare(index, build.position, work);
      await database.transaction().execute((trx) => tables.swapIn(trx, buildId));
    }
    if (build.state !== 'over') await clearSpare(index, buildId, work);
    isDone = true;
    return filled;
  } finally {
    // After a swap the spare is the old index; after a failure it is the unfinished one, which changes would
    // go on feeding. They should, if the build will be continued.
    if (isDone || work.resume === undefined)
      await database.transaction().execute((trx) => tables.endBuild(trx, buildId));
  }
}

/** `in place`: searches read what it has filled. `over`: and the build has ended. */
interface Build {
  readonly position: ReindexPosition;
  readonly state: 'new' | 'filling' | 'in place' | 'over';
}

/** The build at a position. Undefined if another one has taken over. */
async function continued(
  { database, tables }: Index,
  position: ReindexPosition | undefined,
): Promise<Build | undefined> {
  if (position === undefined) return undefined;
  const { live, buildId } = await database.transaction().execute((trx) => tables.stateOf(trx));
  const isOwn = buildId === position.build;
  if (live === position.into) return { position, state: isOwn ? 'in place' : 'over' };
  return isOwn ? { position, state: 'filling' } : undefined;
}

async function started({ database, tables }: Index): Promise<Build> {
  const build = newId();
  const into = await database.transaction().execute((trx) => tables.startBuild(trx, build));
  return { position: { build, into, after: 0, indexed: 0 }, state: 'new' };
}

async function fillSpare(index: Index, position: ReindexPosition, work: ReindexWork) {
  const copied = await copyAll(index, position, work);
  await mergeAll(index, 'spare', work.signal);
  // What changed meanwhile goes into both indexes; what changes from here on waits for the next run.
  const { removed } = await drainAll(index, unwatched(work));
  return { copied, removed };
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
  await inKeyOrder(index, { buildId, after: 0, signal, step, committed: () => undefined });
}

async function copyAll(index: Index, position: ReindexPosition, work: ReindexWork): Promise<number> {
  const total = await countOf(index.database, 'listings');
  let { indexed } = position;
  await inKeyOrder(index, {
    buildId: position.build,
    after: position.after,
    signal: work.signal,
    step: (trx, range) => index.tables.copyListings(trx, range),
    committed: async ({ rows, last }) => {
      indexed += rows;
      if (rows > 0) await work.resume?.save({ ...position, after: last, indexed });
      work.progress(indexed, Math.max(indexed, total));
    },
  });
  return indexed;
}

interface WorkInKeyOrder {
  readonly buildId: string;
  readonly after: number;
  readonly signal: AbortSignal;
  readonly step: (trx: Transaction<Database>, range: BuildRange) => Promise<Copied>;
  readonly committed: (batch: Copied) => void | Promise<void>;
}

async function inKeyOrder({ database }: Index, work: WorkInKeyOrder): Promise<void> {
  let { after } = work;
  await inShortBatches({
    database,
    signal: work.signal,
    step: (trx, size) => work.step(trx, { buildId: work.buildId, after, size }),
    committed: (batch) => {
      after = batch.last;
      return work.committed(batch);
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
