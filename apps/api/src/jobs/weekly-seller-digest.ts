import { defineJobType } from '@greenvue/jobs';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { queueNotifications } from '../db/outbox.ts';
import type { Database } from '../db/schema.ts';

const DAY_MS = 86_400_000;
const SELLERS_PER_BATCH = 200;
const TITLES_SHOWN = 10;

/** Queues for each seller a digest of their listings. Sending it is another job's work. */
export const weeklySellerDigest = defineJobType({
  type: 'weekly_seller_digest',
  description:
    'Queues for each seller a digest of their listings: how many, which are new, how many expire soon.',
  module: import.meta.url,
  payload: z.object({
    days: z.int().min(1).max(90).default(7).describe('How far back "new" and how far ahead "soon" reach'),
    days_listed: z.int().min(1).default(30).describe('After how many days a listing expires'),
  }),
  // The next attempt continues after the last seller whose digest is queued.
  checkpoint: z.object({ now: z.int(), after: z.string(), queued: z.int() }),
  run: async (ctx, { database, clock }: { readonly database: Kysely<Database>; readonly clock: Clock }) => {
    // A retry, perhaps days later, still reports the week of its slot.
    const first = { now: ctx.run.scheduledFor?.getTime() ?? clock.now(), after: '', queued: 0 };
    const { now, ...start } = ctx.lastCheckpoint ?? first;
    let { after, queued } = start;
    const newSince = now - ctx.payload.days * DAY_MS;
    const expiringBefore = Math.max(0, now - (ctx.payload.days_listed - ctx.payload.days) * DAY_MS);
    ctx.log.info(`Counting the listings of each seller since ${new Date(newSince).toISOString()}.`);
    for (;;) {
      ctx.signal.throwIfAborted();
      const sellers = await sellersAfter(database, after, { newSince, expiringBefore });
      const last = sellers.at(-1);
      if (last === undefined) {
        ctx.log.info(`Digests queued: ${queued}.`);
        return { queued };
      }
      const notifications = await Promise.all(
        sellers.map(async ({ id, email, active, added, expiring }) => ({
          // The same run queues it once, however often it is tried.
          id: `digest-${ctx.run.id}-${id}`,
          userId: id,
          email,
          template: 'seller_digest',
          data: { active, added, expiring, titles: await newTitles(database, id, newSince) },
          dueAt: clock.now(),
        })),
      );
      await database
        .transaction()
        .execute((trx) => queueNotifications(trx, { notifications, now: clock.now() }));
      queued += sellers.length;
      after = last.id;
      await ctx.checkpoint({ now, after, queued });
      ctx.progress(queued);
    }
  },
});

function sellersAfter(
  database: Kysely<Database>,
  after: string,
  { newSince, expiringBefore }: { newSince: number; expiringBefore: number },
) {
  return database
    .selectFrom('listings')
    .innerJoin('users', 'users.id', 'listings.seller_id')
    .select((eb) => [
      'users.id',
      'users.email',
      eb.fn.countAll<number>().as('active'),
      eb.fn.countAll<number>().filterWhere('listings.created_at', '>=', newSince).as('added'),
      eb.fn.countAll<number>().filterWhere('listings.created_at', '<', expiringBefore).as('expiring'),
    ])
    .where('users.id', '>', after)
    .groupBy(['users.id', 'users.email'])
    .orderBy('users.id')
    .limit(SELLERS_PER_BATCH)
    .execute();
}

async function newTitles(database: Kysely<Database>, sellerId: string, newSince: number): Promise<string[]> {
  const rows = await database
    .selectFrom('listings')
    .select('title')
    .where('seller_id', '=', sellerId)
    .where('created_at', '>=', newSince)
    .orderBy('created_at', 'desc')
    .limit(TITLES_SHOWN)
    .execute();
  return rows.map(({ title }) => title);
}
