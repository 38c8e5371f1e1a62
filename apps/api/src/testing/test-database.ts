import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Transaction } from 'kysely';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import {
  createDatabase as createPostgresDatabase,
  dropDatabase,
} from '../../../../packages/jobs/test/postgres/server.ts';
import { createDatabase, type DatabaseLocation, type SqliteOptions } from '../db/create-database.ts';
import type { AppDatabase } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { recordListingChange } from '../db/outbox.ts';
import type { Database, ListingRow, NewListing, Queries } from '../db/schema.ts';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What the tests of a feature run on, each in turn. */
export type Dialect = AppDatabase['dialect'];

type TestDatabaseOptions = Pick<SqliteOptions, 'isolation'>;

/**
 * A migrated database of its own, closed and removed when the test is over. SQLite runs on the test's thread
 * by default: starting three threads takes six times as long.
 */
export async function openTestDatabase(
  dialect: Dialect = 'sqlite',
  options: TestDatabaseOptions = { isolation: 'inline' },
): Promise<AppDatabase & { readonly location: DatabaseLocation }> {
  const location =
    dialect === 'postgres'
      ? { url: await createTestPostgres() }
      : { file: join(await temporaryFolder(), 'app.db') };
  return { ...(await openAgain(location, options)), location };
}

/**
 * Another connection to a test's database, as a second thread or process would have; closed when the test is
 * over.
 */
export async function openAgain(
  location: DatabaseLocation,
  options: TestDatabaseOptions = {},
): Promise<AppDatabase> {
  const database = await createDatabase({ ...options, ...location });
  onTestFinished(() => database.close());
  return database;
}

/**
 * The URL of an empty database on the run's PostgreSQL server, removed when the test is over. A file whose
 * tests use it must have the word postgres in it: then the server is started.
 */
export async function createTestPostgres(): Promise<string> {
  const server = inject('postgresUrl');
  const name = `app_${newId().replaceAll('-', '')}`;
  const url = await createPostgresDatabase(server, name);
  onTestFinished(() => dropDatabase(server, name));
  return url;
}

/** Runs statements without parameters on a connection of their own. */
export async function runSql(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Adds a user, and gives the id. */
export async function addUser(queries: Queries, email: string): Promise<string> {
  const id = newId();
  await queries
    .insertInto('users')
    .values({ id, email, name: 'Ann', password_hash: 'none', created_at: 1, email_confirmed_at: 1 })
    .execute();
  return id;
}

type TestListing = Partial<NewListing> & { readonly seller_id: string };

/** Adds a listing as the listings feature does, recorded for search, and gives its row. */
export function addListing({ kysely }: AppDatabase, listing: TestListing): Promise<ListingRow> {
  return kysely.transaction().execute((trx) => addListingIn(trx, listing));
}

/** {@link addListing} within a transaction. */
export async function addListingIn(trx: Transaction<Database>, listing: TestListing): Promise<ListingRow> {
  const row = {
    id: newId(),
    title: 'A thing',
    description: '',
    category: 'things',
    price_cents: 100,
    currency: 'EUR',
    condition: 'good',
    location: null,
    created_at: 1,
    updated_at: listing.created_at ?? 1,
    ...listing,
  } as const;
  const added = await trx.insertInto('listings').values(row).returningAll().executeTakeFirstOrThrow();
  await recordListingChange(trx, { listingSeq: added.seq, at: added.created_at });
  return added;
}
