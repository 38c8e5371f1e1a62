import { runHandler } from '@greenvue/jobs/testing';
import { describe, expect, it } from 'vitest';
import { createListings } from '../listings/listings.ts';
import { addListing, addUser, openTestDatabase } from '../testing/test-database.ts';
import { cleanupExpiredListings } from './cleanup-expired-listings.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;

describe.each(['sqlite', 'postgres'] as const)('on %s', (dialect) => {
  it('removes what was created more than 30 days ago, tells the sellers and records the change for search', async () => {
    const market = await openMarket();
    const old = await market.list(NOW - 30 * DAY - 1, 'Sofa');
    const edge = await market.list(NOW - 30 * DAY, 'Lamp');
    const before = (await market.changes()).length;

    expect((await market.run({})).result).toEqual({ removed: 1, batches: 1 });

    expect(await market.left()).toEqual([edge.id]);
    expect(await market.notifications()).toEqual([
      {
        user_id: old.seller_id,
        email: 'ann@example.com',
        template: 'listing_expired',
        data: JSON.stringify({ listing_id: old.id, title: 'Sofa' }),
        due_at: NOW,
        status: 'pending',
      },
    ]);
    expect((await market.changes()).slice(before)).toEqual([old.seq]);
  });

  it('takes the number of days from the payload, however large', async () => {
    const market = await openMarket();
    await market.list(NOW - 2 * DAY, 'Sofa');
    expect((await market.run({ days_old: Number.MAX_SAFE_INTEGER })).result).toEqual({
      removed: 0,
      batches: 0,
    });
    expect((await market.run({ days_old: 1 })).result).toEqual({ removed: 1, batches: 1 });
  });

  it.each([{ days_old: 0 }, { days_old: 1.5 }, { days_old: '30' }, { days: 30 }])(
    'refuses %o',
    async (payload) => {
      const run = runHandler(cleanupExpiredListings, payload as object, {} as never);
      await expect(run).rejects.toThrow('The payload is not valid.');
    },
  );

  it('works in batches, and stops between two of them when it is told to', async () => {
    const market = await openMarket();
    for (let at = 0; at < 230; at += 1) await market.list(at, `Thing ${at}`);
    const controller = new AbortController();
    const deps = {
      listings: {
        removeExpired: (work: Parameters<typeof market.listings.removeExpired>[0]) =>
          market.listings.removeExpired({
            ...work,
            progress: (done, total) => {
              work.progress(done, total);
              controller.abort(new Error('shutting down'));
            },
          }),
      },
    };
    const stopped = runHandler(cleanupExpiredListings, {}, deps, { signal: controller.signal });
    await expect(stopped).rejects.toThrow('shutting down');
    const removed = 230 - (await market.left()).length;
    expect(removed).toBe(100);
    expect(await market.notifications()).toHaveLength(removed);

    const report = await market.run({});
    expect(report.result).toMatchObject({ removed: 130 });
    expect(report.logs.map(({ message }) => message)).toEqual([
      'Removing listings created more than 30 days ago.',
      expect.stringMatching(
        /^Listings removed: 130, in batches: \d+\. Each has a notification in the queue\.$/,
      ),
    ]);
    expect(report.progress).toEqual({ done: 130, total: 130, note: 'listings removed' });
    const told = (await market.notifications()).map((notification) => notification.data);
    expect(new Set(told).size).toBe(230);
    expect(told).toHaveLength(230);
  });

  it('keeps its cutoff and its counts when it was interrupted', async () => {
    const market = await openMarket();
    await market.list(NOW - 31 * DAY, 'Sofa');
    await market.list(NOW - 30 * DAY - 1, 'Lamp');
    const lastCheckpoint = { cutoff: NOW - 30 * DAY - 1, removed: 7, batches: 2 };
    const deps = { listings: market.listings };
    const { result, progress, checkpoints } = await runHandler(cleanupExpiredListings, {}, deps, {
      lastCheckpoint,
    });
    expect(result).toEqual({ removed: 8, batches: 3 });
    expect(progress).toMatchObject({ done: 8, total: 8 });
    expect(checkpoints).toEqual([{ ...lastCheckpoint, removed: 8, batches: 3 }]);
    expect(await market.left()).toHaveLength(1);
  });

  it('keeps a listing whose notification can not be queued', async () => {
    const market = await openMarket();
    await market.list(1, 'Sofa');
    // What a crash in the middle of a batch leaves behind: nothing.
    await market.database.kysely.schema.alterTable('notifications').renameTo('elsewhere').execute();
    await expect(market.run({})).rejects.toThrow(/no such table|does not exist/);
    expect(await market.left()).toHaveLength(1);
  });

  async function openMarket() {
    const database = await openTestDatabase(dialect);
    const { kysely } = database;
    const seller = await addUser(kysely, 'ann@example.com');
    const listings = createListings({ database: kysely, clock: { now: () => NOW } });
    return {
      database,
      listings,
      list: (createdAt: number, title: string) =>
        addListing(database, { seller_id: seller, created_at: createdAt, title }),
      run: (payload: object) => runHandler(cleanupExpiredListings, payload, { listings }),
      left: async () =>
        (await kysely.selectFrom('listings').select('id').execute()).map((listing) => listing.id),
      changes: async () =>
        (await kysely.selectFrom('search_changes').select('listing_seq').orderBy('seq').execute()).map(
          (change) => change.listing_seq,
        ),
      notifications: () =>
        kysely
          .selectFrom('notifications')
          .select(['user_id', 'email', 'template', 'data', 'due_at', 'status'])
          .execute(),
    };
  }
});

it('on PostgreSQL, passes over a listing that another run is just removing', async () => {
  const database = await openTestDatabase('postgres');
  const { kysely } = database;
  const seller_id = await addUser(kysely, 'ann@example.com');
  for (const title of ['Lamp', 'Sofa']) await addListing(database, { seller_id, title });
  const listings = createListings({ database: kysely, clock: { now: () => NOW } });
  await kysely.transaction().execute(async (other) => {
    await other.selectFrom('listings').select('seq').where('title', '=', 'Lamp').forUpdate().execute();
    expect((await runHandler(cleanupExpiredListings, {}, { listings })).result).toMatchObject({ removed: 1 });
  });
  expect(await kysely.selectFrom('listings').select('title').execute()).toEqual([{ title: 'Lamp' }]);
});
