import type { Kysely, Transaction } from 'kysely';
import { queueNotifications, recordListingChanges } from '../db/outbox.ts';
import type { Database } from '../db/schema.ts';
import type { Market } from './demo-market.ts';

export interface MarketFilling {
  readonly database: Kysely<Database>;
  readonly market: Market;
  /** Of every seller. */
  readonly passwordHash: string;
  readonly now: number;
  readonly progress: (done: number, total: number) => void;
}

// SQLite takes at most 32,766 parameters a statement, and a listing has eleven.
const ROWS_PER_INSERT = 500;

/**
 * Writes a market in one transaction, so that breaking it off leaves nothing behind: for a server that is
 * down.
 */
export async function fillMarket({
  database,
  market,
  passwordHash,
  now,
  progress,
}: MarketFilling): Promise<void> {
  const total = market.sellers.length + market.listings.length;
  await database.transaction().execute(async (trx) => {
    let done = 0;
    for (const sellers of chunksOf(market.sellers)) {
      const rows = sellers.map(({ id, email, name, createdAt }) => ({
        id,
        email,
        name,
        password_hash: passwordHash,
        created_at: createdAt,
        email_confirmed_at: createdAt,
      }));
      await trx.insertInto('users').values(rows).execute();
      done += rows.length;
      progress(done, total);
    }
    for (const listings of chunksOf(market.listings)) {
      await insertListings(trx, listings, now);
      done += listings.length;
      progress(done, total);
    }
    await queueNotifications(trx, { notifications: market.notifications, now });
  });
}

async function insertListings(
  trx: Transaction<Database>,
  listings: Market['listings'],
  at: number,
): Promise<void> {
  const inserted = await trx.insertInto('listings').values(listings).returning('seq').execute();
  await recordListingChanges(trx, { listingSeqs: inserted.map(({ seq }) => seq), at });
}

function* chunksOf<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) yield rows.slice(at, at + ROWS_PER_INSERT);
}
