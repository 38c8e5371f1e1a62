import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import type { ListingCleanup } from '../listings/expiry.ts';

/** Removes listings created more than `days_old` days ago, and tells their sellers. */
export const cleanupExpiredListings = defineJobType({
  type: 'cleanup_expired_listings',
  description: 'Removes listings created more than N days ago, and queues a notification to each seller.',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.object({
    days_old: z
      .int()
      .min(1)
      .default(30)
      .describe('Listings created more than this many days ago are removed'),
  }),
  // An interrupted run keeps its cutoff and its counts.
  checkpoint: z.object({ cutoff: z.int(), removed: z.int(), batches: z.int() }),
  run: async (ctx, deps: { readonly listings: ListingCleanup }) => {
    const { days_old: daysOld } = ctx.payload;
    ctx.log.info(`Removing listings created more than ${daysOld} days ago.`);
    const report = await deps.listings.removeExpired({
      daysOld,
      signal: ctx.signal,
      progress: (done, total) => ctx.progress(done, total, 'listings removed'),
      resume: { from: ctx.lastCheckpoint, save: ctx.checkpoint },
    });
    ctx.log.info(
      report.removed === 0
        ? 'No listing was that old.'
        : `Listings removed: ${report.removed}, in batches: ${report.batches}. Each has a notification in the queue.`,
    );
    return { removed: report.removed, batches: report.batches };
  },
});
