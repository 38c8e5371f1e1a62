import type { Client } from 'pg';
import { NewerDatabaseError } from '../errors.ts';
import type { Migration } from '../migrations/migration-files.ts';

/** All of GreenVue's tables are in it; the job engine has a schema of its own. */
export const SCHEMA = 'greenvue';
/** The table of the applied migrations. */
export const LEDGER = 'migrations';

/** An arbitrary number: the advisory lock of a migration. */
export const MIGRATION_LOCK = 7_236_451_903;

// `to_regclass` may answer from a cache without the commits of the previous lock holder.
const HAS_LEDGER = `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'greenvue' AND tablename = 'migrations') AS found`;
const HAS_SCHEMA = `SELECT EXISTS (
  SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'greenvue') AS found`;
const CREATE_SCHEMA = 'CREATE SCHEMA greenvue';
const CREATE_LEDGER = `CREATE TABLE greenvue.migrations (
    version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
const LATEST = 'SELECT coalesce(max(version), 0) AS version FROM greenvue.migrations';
const RECORD = 'INSERT INTO greenvue.migrations (version, name) VALUES ($1, $2)';

/**
 * Brings the schema up to the last of `migrations`, whole or not at all, by one process at a time. Throws a
 * {@link NewerDatabaseError} when it is ahead.
 */
export async function migrate(client: Client, migrations: readonly Migration[]): Promise<void> {
  const known = migrations.length;
  // The common start, with nothing to do, takes no lock and needs no right to change the schema.
  let found = await versionOf(client);
  if (found < known) found = await applyMissing(client, migrations);
  refuseNewer(client, { found, known });
}

/** {@link migrate} as a part of the transaction that the client is in; others wait for its end. */
export async function migrateWithin(client: Client, migrations: readonly Migration[]): Promise<void> {
  refuseNewer(client, { found: await applyWithin(client, migrations), known: migrations.length });
}

function refuseNewer(
  client: Client,
  { found, known }: { readonly found: number; readonly known: number },
): void {
  if (found <= known) return;
  const database = `The schema ${SCHEMA} of the database ${client.database ?? ''}`;
  throw new NewerDatabaseError({ database, found, known });
}

async function applyMissing(client: Client, migrations: readonly Migration[]): Promise<number> {
  await client.query('BEGIN');
  try {
    const version = await applyWithin(client, migrations);
    await client.query('COMMIT');
    return version;
  } catch (error) {
    // A lost connection has rolled back already. The caller needs the first error.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function applyWithin(client: Client, migrations: readonly Migration[]): Promise<number> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const found = await versionOf(client);
  // An administrator may have created it for a user who may not create schemas.
  if (!(await finds(client, HAS_SCHEMA))) await client.query(CREATE_SCHEMA);
  if (!(await finds(client, HAS_LEDGER))) await client.query(CREATE_LEDGER);
  await client.query(`SET LOCAL search_path TO ${SCHEMA}`);
  for (const { version, name, sql } of migrations.slice(found)) {
    await client.query(sql);
    await client.query(RECORD, [version, name]);
  }
  return Math.max(found, migrations.length);
}

async function versionOf(client: Client): Promise<number> {
  if (!(await finds(client, HAS_LEDGER))) return 0;
  const { rows } = await client.query<{ version: number }>(LATEST);
  return rows[0]?.version ?? 0;
}

async function finds(client: Client, sql: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(sql);
  return rows[0]?.found === true;
}
