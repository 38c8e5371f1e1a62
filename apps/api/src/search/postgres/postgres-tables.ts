import { sql, type Transaction } from 'kysely';
import type { Database, ListingRow } from '../../db/schema.ts';
import {
  type BuildRange,
  type Copied,
  type Drained,
  type IndexName,
  type IndexState,
  type IndexTables,
  ReindexSupersededError,
} from '../index-tables.ts';
import { tsvector } from './tsvector.ts';

type Trx = Transaction<Database>;

/**
 * Two tables of `tsvector`s. Every step first locks the single row of `search_state`, and so sees the effects
 * of earlier steps; searches only read that row and never wait. Entries are deleted, not truncated: TRUNCATE
 * would wait for every reader, such as a backup, and make searches wait behind it.
 */
export const postgresTables: IndexTables = {
  stateOf: lockState,
  startBuild,
  clearSpare,
  copyListings,
  swapIn,
  endBuild,
  drainChanges,
  // Autovacuum does that.
  mergeSome: async () => ({ rows: 0 }),
  isWornOut: async () => false,
};

const ENTRIES = { a: sql`greenvue.search_a`, b: sql`greenvue.search_b` } as const;

async function lockState(trx: Trx): Promise<IndexState> {
  const { rows } = await sql<{ live: IndexName; build_id: string | null }>`
    SELECT live, build_id FROM greenvue.search_state FOR UPDATE`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error('search_state has lost its row');
  return { live: row.live, spare: row.live === 'a' ? 'b' : 'a', buildId: row.build_id ?? undefined };
}

async function requireBuild(trx: Trx, buildId: string): Promise<IndexState> {
  const state = await lockState(trx);
  if (state.buildId !== buildId) throw new ReindexSupersededError();
  return state;
}

async function startBuild(trx: Trx, buildId: string): Promise<IndexName> {
  const { spare } = await lockState(trx);
  await sql`UPDATE greenvue.search_state SET build_id = ${buildId}`.execute(trx);
  return spare;
}

async function clearSpare(trx: Trx, { buildId, after, size }: BuildRange): Promise<Copied> {
  const { spare } = await requireBuild(trx, buildId);
  const { rows } = await sql<{ seq: number }>`
    SELECT seq FROM ${ENTRIES[spare]} WHERE seq > ${after} ORDER BY seq LIMIT ${size}`.execute(trx);
  const last = rows.at(-1)?.seq ?? after;
  await sql`DELETE FROM ${ENTRIES[spare]} WHERE seq > ${after} AND seq <= ${last}`.execute(trx);
  return { rows: rows.length, last };
}

async function copyListings(trx: Trx, { buildId, after, size }: BuildRange): Promise<Copied> {
  const { spare } = await requireBuild(trx, buildId);
  const listings = await texts(trx).where('seq', '>', after).orderBy('seq').limit(size).execute();
  await writeEntries(trx, spare, listings);
  return { rows: listings.length, last: listings.at(-1)?.seq ?? after };
}

/** A build lasts until the old index, now the spare, is empty. */
async function swapIn(trx: Trx, buildId: string): Promise<void> {
  const { spare } = await requireBuild(trx, buildId);
  await sql`UPDATE greenvue.search_state SET live = ${spare}`.execute(trx);
}

async function endBuild(trx: Trx, buildId: string): Promise<void> {
  await sql`UPDATE greenvue.search_state SET build_id = NULL WHERE build_id = ${buildId}`.execute(trx);
}

async function drainChanges(trx: Trx, size: number): Promise<Drained> {
  const { live, spare, buildId } = await lockState(trx);
  // By key, not up to the last one: a transaction that got a lower key may commit only now.
  const changes = await trx
    .deleteFrom('search_changes')
    .where('seq', 'in', (eb) => eb.selectFrom('search_changes').select('seq').orderBy('seq').limit(size))
    .returning('listing_seq')
    .execute();
  if (changes.length === 0) return { rows: 0, indexed: 0, removed: 0 };
  const changed = [...new Set(changes.map((change) => change.listing_seq))];
  const listings = await texts(trx).where('seq', 'in', changed).execute();
  const there = new Set(listings.map(({ seq }) => seq));
  const gone = changed.filter((seq) => !there.has(seq));
  const removed = await removeEntries(trx, live, gone);
  await writeEntries(trx, live, listings);
  if (buildId !== undefined) {
    await removeEntries(trx, spare, gone);
    await writeEntries(trx, spare, listings);
  }
  return { rows: changes.length, indexed: listings.length, removed };
}

function texts(trx: Trx) {
  return trx.selectFrom('listings').select(['seq', 'title', 'description']);
}

async function writeEntries(
  trx: Trx,
  name: IndexName,
  listings: readonly Pick<ListingRow, 'seq' | 'title' | 'description'>[],
): Promise<void> {
  const seqs = listings.map(({ seq }) => seq);
  await sql`INSERT INTO ${ENTRIES[name]} (seq, words)
    SELECT seq, words::tsvector FROM unnest(${seqs}::bigint[], ${listings.map(tsvector)}::text[]) AS entry (seq, words)
    ON CONFLICT (seq) DO UPDATE SET words = excluded.words`.execute(trx);
}

async function removeEntries(trx: Trx, name: IndexName, seqs: readonly number[]): Promise<number> {
  const result = await sql`DELETE FROM ${ENTRIES[name]} WHERE seq = ANY(${seqs}::bigint[])`.execute(trx);
  return Number(result.numAffectedRows ?? 0n);
}
