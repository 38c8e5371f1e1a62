import { findServerFault } from '@greenvue/jobs/postgres';
import { type Compilable, Kysely, PostgresDialect, type PostgresPool, type Transaction } from 'kysely';
import pg from 'pg';
import type { AppDatabase, LookUp } from '../database.ts';
import { NewerDatabaseError, UnusableServerError } from '../errors.ts';
import { type Migration, readMigrations } from '../migrations/migration-files.ts';
import type { Database } from '../schema.ts';
import { databaseError } from './error-codes.ts';
import { LEDGER, migrate, migrateWithin, SCHEMA } from './migrate.ts';
import { CONNECT_MS, openConnection, openPool } from './pool.ts';

const MIGRATIONS = new URL('./migrations/', import.meta.url);

export interface PostgresDatabaseOptions {
  readonly url: string;
  /** At most. */
  readonly connections: number;
  readonly migrations?: readonly Migration[];
}

/**
 * Opens and migrates GreenVue's schema of a PostgreSQL database. Throws an `UnusableServerError` when it
 * can't be used as it is.
 */
export async function openPostgres(options: PostgresDatabaseOptions): Promise<AppDatabase> {
  const { url, connections } = options;
  await prepare(url, options.migrations ?? (await readMigrations(MIGRATIONS)));
  const pool = openPool({ url, connections });
  await connectOnce(pool);
  // Every table is named with its schema: a search_path would be lost behind a pooler that shares
  // connections.
  const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA);
  return { dialect: 'postgres', kysely, lookUp: lookUpIn(kysely), close: () => pool.end() };
}

/** On a busy machine, a process that still loads its code can miss the time limit of a first connection. */
async function connectOnce(pool: PostgresPool): Promise<void> {
  for (let triesLeft = 2; ; triesLeft -= 1) {
    try {
      (await pool.connect()).release();
      return;
    } catch (error) {
      if (triesLeft > 0) continue;
      await pool.end();
      throw error;
    }
  }
}

/** Compiled once, and not for each request. */
function lookUpIn(kysely: Kysely<Database>): LookUp {
  return <Row>(query: Compilable<Row>) => {
    const compiled = query.compile();
    return async (key: string) =>
      (await kysely.executeQuery<Row>({ ...compiled, parameters: [key] })).rows[0];
  };
}

/** A transaction, and the connection that it is on. */
export interface OneTransaction {
  readonly trx: Transaction<Database>;
  readonly client: pg.Client;
}

/**
 * Does long work as one transaction, all or nothing, on a connection of its own, after bringing GreenVue's
 * schema up to date in it. Throws as {@link openPostgres} does, or what the work throws.
 */
export async function inOneTransaction<T>(url: string, work: (on: OneTransaction) => Promise<T>): Promise<T> {
  const migrations = await readMigrations(MIGRATIONS);
  const { client, pool } = await openConnection(url);
  let isLost = false;
  client.on('error', () => {
    isLost = true;
  });
  const kysely = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA);
  try {
    return await kysely.transaction().execute(async (trx) => {
      await requireUsable(client);
      await client.query(WITHOUT_TIMEOUTS);
      await migrateWithin(client, migrations);
      return await work({ trx, client });
    });
  } catch (error) {
    throw isLost || error instanceof pg.DatabaseError ? databaseError(error) : error;
  } finally {
    await kysely.destroy();
  }
}

/** Of the user or the database: meant for short work. Not every version has all of them. */
const WITHOUT_TIMEOUTS = `SELECT set_config(name, '0', true) FROM pg_settings
  WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout')`;

async function requireUsable(client: pg.Client): Promise<void> {
  const ask = async (sql: string, params: readonly string[]) => (await client.query(sql, [...params])).rows;
  const fault = await findServerFault(ask, { name: SCHEMA, ledger: LEDGER, log: 'audit' });
  if (fault !== undefined) throw new UnusableServerError(fault);
}

/** On a connection of its own, whose statements may take as long as they need. */
async function prepare(url: string, migrations: readonly Migration[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3 * CONNECT_MS });
  // A connection that breaks also rejects the query that it is busy with.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await requireUsable(client);
    await migrate(client, migrations);
  } catch (error) {
    if (error instanceof NewerDatabaseError || error instanceof UnusableServerError) throw error;
    throw databaseError(error);
  } finally {
    await client.end();
  }
}
