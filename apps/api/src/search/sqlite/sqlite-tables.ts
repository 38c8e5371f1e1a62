import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Database, Queries } from '../../db/schema.ts';
import {
  type BuildRange,
  type Copied,
  type Drained,
  type IndexName,
  type IndexState,
  type IndexTables,
  type Merge,
  ReindexSupersededError,
} from '../index-tables.ts';

type Trx = Transaction<Database>;

/** Two FTS5 tables. */
export const sqliteTables: IndexTables = {
  stateOf,
  startBuild,
  // An FTS5 table is emptied in one go.
  clearSpare: async (_trx, { after }) => ({ rows: 0, last: after }),
  copyListings,
  swapIn,
  endBuild,
  drainChanges,
  mergeSome,
  isWornOut,
};

// FTS5's commands name the table twice, and no table name can be a parameter: hence the pairs.
const CLEAR = {
  a: sql`INSERT INTO search_a (search_a) VALUES ('delete-all')`,
  b: sql`INSERT INTO search_b (search_b) VALUES ('delete-all')`,
} as const;
const INTO = {
  a: sql`INSERT OR REPLACE INTO search_a (rowid, title, description)`,
  b: sql`INSERT OR REPLACE INTO search_b (rowid, title, description)`,
} as const;
const MERGE = {
  a: sql`INSERT INTO search_a (search_a, rank)`,
  b: sql`INSERT INTO search_b (search_b, rank)`,
} as const;
const REMOVE_FROM = { a: sql`DELETE FROM search_a`, b: sql`DELETE FROM search_b` } as const;

const MERGED_PER_BATCH = 96;
const WORTH_A_REBUILD = 1_000;

async function stateOf(trx: Trx): Promise<IndexState> {
  const { rows } = await sql<{ live: IndexName; build_id: string | null }>`
    SELECT live, build_id FROM search_state`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error('search_state has lost its row');
  return { live: row.live, spare: row.live === 'a' ? 'b' : 'a', buildId: row.build_id ?? undefined };
}

async function requireBuild(trx: Trx, buildId: string): Promise<IndexState> {
  const state = await stateOf(trx);
  if (state.buildId !== buildId) throw new ReindexSupersededError();
  return state;
}

async function startBuild(trx: Trx, buildId: string): Promise<IndexName> {
  const { spare } = await stateOf(trx);
  await CLEAR[spare].execute(trx);
  await sql`UPDATE search_state SET build_id = ${buildId}`.execute(trx);
  return spare;
}

async function copyListings(trx: Trx, range: BuildRange): Promise<Copied> {
  const { spare } = await requireBuild(trx, range.buildId);
  const { rows } = await sql<{ count: number; last: number | null }>`
    SELECT count(*) AS count, max(seq) AS last
    FROM (SELECT seq FROM listings WHERE seq > ${range.after} ORDER BY seq LIMIT ${range.size})`.execute(trx);
  const last = rows[0]?.last ?? range.after;
  await index(trx, spare, sql`seq > ${range.after} AND seq <= ${last}`);
  return { rows: rows[0]?.count ?? 0, last };
}

async function swapIn(trx: Trx, buildId: string): Promise<void> {
  const { spare } = await requireBuild(trx, buildId);
  await sql`UPDATE search_state SET live = ${spare}, dead = 0, build_id = NULL`.execute(trx);
}

async function endBuild(trx: Trx, buildId: string): Promise<void> {
  const state = await stateOf(trx);
  if (state.buildId !== undefined && state.buildId !== buildId) return;
  await CLEAR[state.spare].execute(trx);
  await sql`UPDATE search_state SET build_id = NULL`.execute(trx);
}

async function drainChanges(trx: Trx, size: number): Promise<Drained> {
  const changes = await trx
    .selectFrom('search_changes')
    .select(['seq', 'listing_seq'])
    .orderBy('seq')
    .limit(size)
    .execute();
  const last = changes.at(-1);
  if (last === undefined) return { rows: 0, indexed: 0, removed: 0 };
  const changed = JSON.stringify([...new Set(changes.map((change) => change.listing_seq))]);
  const state = await stateOf(trx);
  const counts = await replaceEntries(trx, state.live, changed);
  if (state.buildId !== undefined) await replaceEntries(trx, state.spare, changed);
  await sql`UPDATE search_state SET dead = dead + ${counts.replaced + counts.removed}`.execute(trx);
  await trx.deleteFrom('search_changes').where('seq', '<=', last.seq).execute();
  return { rows: changes.length, indexed: counts.indexed, removed: counts.removed };
}

/** When a quarter of the live index, and enough to matter, is dead. */
async function isWornOut(queries: Queries): Promise<boolean> {
  const { rows } = await sql<{ dead: number; listings: number }>`
    SELECT dead, (SELECT count(*) FROM listings) AS listings FROM search_state`.execute(queries);
  const row = rows[0];
  return row !== undefined && row.dead > Math.max(WORTH_A_REBUILD, row.listings / 4);
}

async function mergeSome(trx: Trx, merge: Merge): Promise<{ readonly rows: number }> {
  const state = await stateOf(trx);
  const before = await totalChanges(trx);
  await mergePages(trx, state[merge.which], merge.pages);
  // A merge that found nothing to do counts as the one change that the command itself is.
  return { rows: (await totalChanges(trx)) - before < 2 ? 0 : merge.pages };
}

async function mergePages(trx: Trx, name: IndexName, pages: number): Promise<void> {
  await sql`${MERGE[name]} VALUES ('merge', ${pages})`.execute(trx);
}

async function totalChanges(trx: Trx): Promise<number> {
  const { rows } = await sql<{ changes: number }>`SELECT total_changes() AS changes`.execute(trx);
  return rows[0]?.changes ?? 0;
}

async function replaceEntries(trx: Trx, name: IndexName, changed: string) {
  const inChanged = sql`IN (SELECT value FROM json_each(${changed}))`;
  const removed = await affected(
    trx,
    sql`${REMOVE_FROM[name]} WHERE rowid ${inChanged} AND rowid NOT IN (SELECT seq FROM listings)`,
  );
  const replaced = await affected(trx, sql`${REMOVE_FROM[name]} WHERE rowid ${inChanged}`);
  const indexed = await index(trx, name, sql`seq ${inChanged}`);
  return { indexed, replaced, removed };
}

/**
 * Adds listings to an index, and merges about as many pages as that wrote, once for each level they rise
 * through.
 */
async function index(trx: Trx, name: IndexName, which: RawBuilder<unknown>): Promise<number> {
  const indexed = await affected(
    trx,
    sql`${INTO[name]} SELECT seq, title, description FROM listings WHERE ${which} ORDER BY seq`,
  );
  if (indexed > 0) await mergePages(trx, name, MERGED_PER_BATCH);
  return indexed;
}

async function affected(trx: Trx, statement: RawBuilder<unknown>): Promise<number> {
  const result = await statement.execute(trx);
  return Number(result.numAffectedRows ?? 0n);
}
