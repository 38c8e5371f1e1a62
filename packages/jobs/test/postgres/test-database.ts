import { connect } from '../../src/stores/postgres/connection/database.ts';
import { migrate } from '../../src/stores/postgres/migrate.ts';
import { createDatabase, dropDatabase, withClient } from './server.ts';
import { GUARDS } from './soundness.ts';

/** A database of its own for the tests of a file. */
export interface BareDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** With the tables of this version, which refuse every row that should not be. */
export interface TestDatabase extends BareDatabase {
  /** Forgets all that was written since it was made, but for the server's timeline. */
  empty(): Promise<void>;
  /** As long after the death of all nodes: they have no rows any more, and their claims are still there. */
  forgetNodes(): Promise<void>;
}

/** `serverUrl` is that of a superuser. */
export async function createTestDatabase(serverUrl: string, name: string): Promise<TestDatabase> {
  const { url, drop } = await createBareDatabase(serverUrl, name);
  await createTables(url);
  return {
    url,
    drop,
    empty: async () => void (await withClient(url, (client) => client.query(FORGET_ALL))),
    forgetNodes: async () => void (await queryDatabase(url, FORGET_NODES)),
  };
}

/** There is nothing in it yet. */
export async function createBareDatabase(serverUrl: string, name: string): Promise<BareDatabase> {
  const url = await createDatabase(serverUrl, name);
  return { url, drop: () => dropDatabase(serverUrl, name) };
}

async function createTables(url: string): Promise<void> {
  const db = connect({ url, max: 1 });
  try {
    await migrate(db);
    await db.script(GUARDS);
  } finally {
    await db.close();
  }
}

/** The rows of one statement, over a connection of its own. */
export function queryDatabase(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly unknown[]> {
  return withClient(url, async (client) => (await client.query(sql, [...values])).rows);
}

/** How many advisory locks are held in the database. */
export async function countLocks(url: string): Promise<number> {
  return (await queryDatabase(url, ADVISORY_LOCKS)).length;
}

const ADVISORY_LOCKS = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
  WHERE locktype = 'advisory' AND datname = current_database()`;

const FORGET_NODES = 'DELETE FROM greenvue_jobs.nodes';
/**
 * Rows are deleted where there are few: making or truncating a table makes a new file for it and for each of
 * its indexes, which takes longer than most tests. No trigger fires (`replica`). It waits for transactions
 * that are under way; they must not want more tables meanwhile.
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
  UPDATE greenvue_jobs.server SET since = 0;`;
