import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../clock.ts';
import { passingOverLocked } from '../db/locks.ts';
import { queueNotifications, recordListingChanges } from '../db/outbox.ts';
import type { Database } from '../db/schema.ts';
import { inShortBatches } from '../db/short-batches.ts';

const DAY_MS = 86_400_000;

/** Where a cleanup stands. */
export interface ExpiryPosition extends ExpiryReport {
  /** Listings created before this instant go. */
  readonly cutoff: number;
}

export interface ExpiryWork {
  /** Listings created more than this many days ago go. */
  readonly daysOld: number;
  /** Looked at between batches; its reason is thrown. */
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  /** What an interrupted call has saved, and where to save it. A crash may leave the last batch uncounted. */
  readonly resume?: {
    readonly from: ExpiryPosition | undefined;
    /** Called before the first batch and after each, and awaited. */
    readonly save: (position: ExpiryPosition) => Promise<void>;
  };
}

export interface ExpiryReport {
  readonly removed: number;
  readonly batches: number;
}

/** Removes listings past their time. */
export interface ListingCleanup {
  /**
   * Each listing goes in one short transaction with the `listing_expired` notification to its seller and the
   * change for search, so a kill at any instant leaves every listing either untouched or gone and announced
   * once. The notification's data is `listing_id` and `title`.
   */
  removeExpired(work: ExpiryWork): Promise<ExpiryReport>;
}

/** What the cleanup works with. */
export interface CleanupDeps {
  readonly database: Kysely<Database>;
  readonly clock: Clock;
}

export function createListingCleanup(deps: CleanupDeps): ListingCleanup {
  return { removeExpired: (work) => removeExpired(deps, work) };
}

async function removeExpired(deps: CleanupDeps, work: ExpiryWork): Promise<ExpiryReport> {
  // One cutoff for the whole run, or a slow run would chase listings that expire while it works.
  const { from, save } = work.resume ?? {};
  const cutoff = from?.cutoff ?? Math.max(0, deps.clock.now() - work.daysOld * DAY_MS);
  let { removed, batches } = from ?? { removed: 0, batches: 0 };
  const total = removed + (await countExpired(deps.database, cutoff));
  if (total > 0) await save?.({ cutoff, removed, batches });
  await inShortBatches({
    database: deps.database,
    signal: work.signal,
    step: (trx, size) => removeBatch(trx, { cutoff, size, now: deps.clock.now() }),
    committed: async ({ rows }) => {
      if (rows === 0) return;
      removed += rows;
      batches += 1;
      await save?.({ cutoff, removed, batches });
      work.progress(removed, Math.max(removed, total));
    },
  });
  return { removed, batches };
}

async function countExpired(database: Kysely<Database>, cutoff: number): Promise<number> {
  const row = await database
    .selectFrom('listings')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('created_at', '<', cutoff)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function removeBatch(
  trx: Transaction<Database>,
  batch: { readonly cutoff: number; readonly size: number; readonly now: number },
): Promise<{ readonly rows: number }> {
  const oldest = trx
    .selectFrom('listings')
    .select('seq')
    .where('created_at', '<', batch.cutoff)
    .orderBy('created_at')
    .limit(batch.size);
  const expired = await trx
    .with('oldest', () => passingOverLocked(trx, oldest, 'listings'))
    .deleteFrom('listings')
    .where('seq', 'in', (eb) => eb.selectFrom('oldest').select('oldest.seq'))
    .returning(['seq', 'id', 'seller_id', 'title'])
    .execute();
  if (expired.length === 0) return { rows: 0 };
  const sellers = await sellersOf(trx, new Set(expired.map((listing) => listing.seller_id)));
  const notifications = expired.flatMap((listing) => {
    const seller = sellers.get(listing.seller_id);
    if (seller === undefined) return [];
    const data = { listing_id: listing.id, title: listing.title };
    return [{ userId: seller.id, email: seller.email, template: 'listing_expired', data, dueAt: batch.now }];
  });
  await queueNotifications(trx, { notifications, now: batch.now });
  await recordListingChanges(trx, { listingSeqs: expired.map((listing) => listing.seq), at: batch.now });
  return { rows: expired.length };
}

async function sellersOf(trx: Transaction<Database>, ids: ReadonlySet<string>) {
  const sellers = await trx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(sellers.map((seller) => [seller.id, seller]));
}
