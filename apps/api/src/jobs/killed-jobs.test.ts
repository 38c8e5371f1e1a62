import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { DatabaseLocation } from '../db/create-database.ts';
import type { AppDatabase } from '../db/database.ts';
import { recordListingChanges } from '../db/outbox.ts';
import type { NewListing } from '../db/schema.ts';
import { createListings } from '../listings/listings.ts';
import { openSearchIndex } from '../search/open-index.ts';
import { addUser, openTestDatabase } from '../testing/test-database.ts';

const CHILD = fileURLToPath(new URL('./killed-jobs.child.ts', import.meta.url));
const COUNT = 3_000;
const WORK = { signal: new AbortController().signal, progress: () => undefined };

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it('tells each seller once of each listing, although the cleanup was killed twice', async () => {
    const database = await openFullMarket();
    for (let kill = 0; kill < 2; kill += 1) {
      await killWhileItWorks(database.location, 'cleanup');
      const left = await count(database, 'listings');
      expect(left).toBeGreaterThan(0);
      expect(left + (await count(database, 'notifications'))).toBe(COUNT);
    }
    const listings = createListings({ database: database.kysely, clock: { now: () => 10 ** 12 } });
    await listings.removeExpired({ ...WORK, daysOld: 1 });
    const told = await database.kysely.selectFrom('notifications').select('data').distinct().execute();
    expect(told).toHaveLength(COUNT);
    expect(await count(database, 'notifications')).toBe(COUNT);
  });

  it.each(['indexChanges', 'reindex'] as const)(
    'ends with every listing in the index after a killed %s',
    async (job) => {
      const database = await openFullMarket();
      const index = openSearchIndex(database);
      if (job === 'reindex') await index.indexChanges(WORK);
      await killWhileItWorks(database.location, job);
      if (job === 'reindex') expect(await found(index)).toBe(COUNT);
      await index[job](WORK);
      expect(await found(index)).toBe(COUNT);
    },
  );

  /** A database of COUNT listings by one seller, none in the index yet. */
  async function openFullMarket() {
    const database = await openTestDatabase(dialect, { isolation: 'thread' });
    const seller_id = await addUser(database.kysely, 'ann@example.com');
    const rows = Array.from(
      { length: COUNT },
      (_, at): NewListing => ({
        id: `l${at}`,
        seller_id,
        title: `Lamp ${at}`,
        description: 'of brass',
        category: 'home',
        price_cents: 1,
        currency: 'EUR',
        condition: 'good',
        location: null,
        created_at: at,
        updated_at: at,
      }),
    );
    await database.kysely.transaction().execute(async (trx) => {
      for (let at = 0; at < COUNT; at += 500)
        await trx
          .insertInto('listings')
          .values(rows.slice(at, at + 500))
          .execute();
      await recordListingChanges(trx, { listingSeqs: rows.map((_, at) => at + 1), at: 1 });
    });
    return database;
  }

  async function killWhileItWorks(location: DatabaseLocation, job: string): Promise<void> {
    const child = spawn(process.execPath, [CHILD, JSON.stringify(location), job], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
  }

  async function found(index: ReturnType<typeof openSearchIndex>): Promise<number> {
    let hits = 0;
    let after: { readonly rank: number; readonly seq: number } | undefined;
    do {
      const page = await index.search({ text: 'lamp', filters: {}, limit: 1_000, after });
      hits += page.hits.length;
      after = page.next;
    } while (after !== undefined);
    return hits;
  }

  async function count({ kysely }: AppDatabase, table: 'listings' | 'notifications'): Promise<number> {
    const row = await kysely
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return row.count;
  }
});
