import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type AppDatabase, createDatabase, type DatabaseOptions } from './database.ts';
import { newId } from './ids.ts';
import { recordListingChange } from './outbox.ts';
import type { ListingRow, NewListing, Queries } from './schema.ts';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'greenvue-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A migrated database in a file of its own, closed and removed when the test is over. */
export async function openTestDatabase(
  options: Omit<DatabaseOptions, 'file'> = {},
): Promise<AppDatabase & { readonly file: string }> {
  const file = join(await temporaryFolder(), 'app.db');
  const database = await createDatabase({ file, ...options });
  onTestFinished(() => database.close());
  return { ...database, file };
}

/** Another connection to a test's database, as a second thread or process would have; closed when the test is over. */
export async function openAgain(
  file: string,
  options: Omit<DatabaseOptions, 'file'> = {},
): Promise<AppDatabase> {
  const database = await createDatabase({ file, ...options });
  onTestFinished(() => database.close());
  return database;
}

/** Adds a user, and gives the id. */
export async function addUser(queries: Queries, email: string): Promise<string> {
  const id = newId();
  await queries
    .insertInto('users')
    .values({ id, email, name: 'Ann', password_hash: 'none', created_at: 1 })
    .execute();
  return id;
}

/** Adds a listing as the listings feature does, recorded for search, and gives its row. */
export async function addListing(
  database: AppDatabase,
  listing: Partial<NewListing> & { readonly seller_id: string },
): Promise<ListingRow> {
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
  return await database.kysely.transaction().execute(async (trx) => {
    const added = await trx.insertInto('listings').values(row).returningAll().executeTakeFirstOrThrow();
    await recordListingChange(trx, { listingSeq: added.seq, at: added.created_at });
    return added;
  });
}
