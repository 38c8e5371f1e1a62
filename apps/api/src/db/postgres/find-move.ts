import pg from 'pg';
import type { Queries } from '../schema.ts';
import { databaseError } from './error-codes.ts';
import { MIGRATION_LOCK } from './migrate.ts';
import { CONNECT_MS } from './pool.ts';

const KEY = 'moved-by';
/** A server that waits for a standby may take long over a commit. */
const COMMIT_MS = 5_000;

/**
 * Writes the token of a move in the transaction of the move: the row exists exactly if the move was
 * committed.
 */
export async function recordMove(trx: Queries, token: string): Promise<void> {
  await trx.insertInto('settings').values({ key: KEY, value: token }).execute();
}

/**
 * Whether the move with this token was committed to the database. Waits for one that is being committed.
 * Throws a `DatabaseError` when the database can't tell, or not yet.
 */
export async function isMoveCommitted(url: string, token: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: 2 * COMMIT_MS,
    application_name: 'greenvue',
  });
  // A connection that breaks also rejects the query that it is busy with.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await askUnderLock(client, token);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function askUnderLock(client: pg.Client, token: string): Promise<boolean> {
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = ${COMMIT_MS}`);
  // The transaction of a move holds this lock to its end, also after the end of the process that sent the
  // COMMIT.
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const { rows } = await client.query<{ is_replica: boolean; has_table: boolean }>(STATE);
  // A replica may lag behind.
  if (rows[0]?.is_replica !== false) throw new Error('it is a replica');
  if (!rows[0].has_table) return false;
  const found = await client.query('SELECT FROM greenvue.settings WHERE key = $1 AND value = $2', [
    KEY,
    token,
  ]);
  return found.rowCount === 1;
}

const STATE = `SELECT pg_is_in_recovery() AS is_replica, EXISTS (
  SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'greenvue' AND tablename = 'settings') AS has_table`;
