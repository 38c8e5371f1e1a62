import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { LEASE_MS } from '../../src/core/nodes/lease.ts';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { migrate } from '../../src/stores/postgres/migrate.ts';
import { createDatabase, dropDatabase, withClient } from './server.ts';
import { GUARDS } from './soundness.ts';

/** A connection that stays open: a new one costs the server more than most statements. */
export interface KeptConnection {
  /** The rows of one statement. After a test has ended the connection, it opens a new one. */
  rows<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** A database for the tests of one file. */
export interface BareDatabase extends Pick<KeptConnection, 'rows'> {
  readonly url: string;
  drop(): Promise<void>;
}

/** With the tables of this version and triggers that refuse unsound rows. */
export interface TestDatabase extends BareDatabase {
  /** Deletes all rows except the server's timeline. */
  empty(): Promise<void>;
  /** Deletes all rows of nodes, as long after their death; their claims stay. */
  forgetNodes(): Promise<void>;
}

/** `serverUrl` is a superuser's. */
export async function createTestDatabase(serverUrl: string, prefix: string): Promise<TestDatabase> {
  const database = await createBareDatabase(serverUrl, prefix);
  await createTables(database.url);
  return {
    ...database,
    empty: async () => void (await database.rows(FORGET_ALL)),
    forgetNodes: async () => void (await database.rows(FORGET_NODES)),
  };
}

/** Creates an empty database. */
export async function createBareDatabase(serverUrl: string, prefix: string): Promise<BareDatabase> {
  const name = `${prefix}_${randomUUID().slice(0, 8)}`;
  const url = await createDatabase(serverUrl, name);
  const { rows, close } = keepConnection(url);
  return {
    url,
    rows,
    async drop() {
      await close();
      await dropDatabase(serverUrl, name);
    },
  };
}

export function keepConnection(url: string): KeptConnection {
  const pool = new pg.Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  pool.on('error', () => undefined);
  return {
    rows: async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<Row>(sql, [...values])).rows,
    close: () => pool.end(),
  };
}

async function createTables(url: string): Promise<void> {
  const db = new Database({ url, max: 1 });
  try {
    await migrate(db);
    await db.script(GUARDS);
  } finally {
    await db.close();
  }
}

/** Runs one statement over a new connection. */
export function queryDatabase<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(sql, [...values])).rows);
}

/** The advisory locks that are held in the database. */
export const ADVISORY_LOCKS = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
  WHERE locktype = 'advisory' AND datname = current_database()`;

/** Waits until a server has been up for a lease: no node is declared dead before. */
export async function untilUpForLease(url: string): Promise<void> {
  const [row] = await queryDatabase<{ ms: number }>(url, LEFT_MS);
  if (row !== undefined && row.ms > 0) await setTimeout(row.ms);
}

const LEFT_MS = `SELECT extract(epoch FROM pg_postmaster_start_time() - clock_timestamp())::float * 1000
  + ${LEASE_MS + 1_000} AS ms`;

const FORGET_NODES = 'DELETE FROM greenvue_jobs.nodes';
/**
 * Deletes rows, because making or truncating a table makes a new file for it and each index, which takes
 * longer than most tests. No trigger fires (`replica`). Waits for open transactions, which must not use more
 * tables.
 */
const FORGET_ALL = `
  SET session_replication_role = replica;
  DO $$
  DECLARE
    name text;
    names text[] := ARRAY(SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
      WHERE schemaname = 'greenvue_jobs' AND tablename NOT IN ('schema_version', 'server') ORDER BY tablename);
  BEGIN
    EXECUTE 'LOCK TABLE ' || array_to_string(names, ', ') || ' IN ACCESS EXCLUSIVE MODE';
    FOREACH name IN ARRAY names LOOP
      IF pg_table_size(name::regclass) > 1000000 THEN
        EXECUTE 'TRUNCATE ' || name;
      ELSIF pg_relation_size(name::regclass) > 0 THEN
        EXECUTE 'DELETE FROM ' || name;
      END IF;
    END LOOP;
  END $$;
  SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences WHERE schemaname = 'greenvue_jobs';
  UPDATE greenvue_jobs.server SET since = 0;
  SET session_replication_role = DEFAULT;`;
