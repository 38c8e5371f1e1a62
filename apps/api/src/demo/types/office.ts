import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import { type DemoWorld, isWithin, numberBetween } from '../world.ts';

/** The reporting database refuses a query. */
class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** Minutes before the end of the seeded day. */
const MOVED_TABLE = { from: 840, to: 690 };
const EPOCHS = 24;

/** Writes a report. */
export function writeReport(world: DemoWorld) {
  return defineJobType({
    type: 'write_report',
    description: 'Writes a report, and puts it where its readers look.',
    payload: z.strictObject({
      report: z.enum(['sales', 'sellers', 'tax', 'finance', 'search_terms', 'rates']),
    }),
    timeout: '10m',
    maxAttempts: 2,
    backoff: { initial: '30s' },
    run: async (ctx) => {
      const { report } = ctx.payload;
      const { signal } = ctx;
      const key = `${ctx.job.id} ${ctx.run.id}`;
      ctx.log.info(`Asking the reporting database for ${report}.`);
      await world.clock.sleep(numberBetween(2_000, 9_000, key), { signal });
      if (report === 'sales' && isWithin(world, MOVED_TABLE)) {
        ctx.log.error('The query failed after 0 rows.', { table: 'orders_archive', sqlstate: '42P01' });
        throw new QueryError('relation "orders_archive" does not exist (SQLSTATE 42P01)');
      }
      const rows = numberBetween(400, 24_000, key);
      ctx.log.info(`${rows.toLocaleString('en')} rows.`);
      await world.clock.sleep(Math.round(rows / 4), { signal });
      const file = `${report}-${new Date(world.clock.now()).toISOString().slice(0, 13)}.csv`;
      ctx.log.info(`Written to reports/${file}.`);
      return { rows, file };
    },
  });
}

/** Makes small pictures of the photos of new listings. */
export function resizePhotos(world: DemoWorld) {
  return defineJobType({
    type: 'resize_photos',
    description: 'Makes small pictures of the photos of new listings.',
    payload: z.strictObject({ folder: z.string().default('new') }),
    run: async (ctx) => {
      const key = `${ctx.job.id} ${ctx.run.id}`;
      const photos = numberBetween(20, 160, key);
      ctx.log.info(`${photos} photos in ${ctx.payload.folder}.`);
      for (let at = 0; at < photos; at += 20) {
        await world.clock.sleep(2_000, { signal: ctx.signal });
        ctx.progress(Math.min(at + 20, photos), photos, 'photos');
      }
      ctx.log.info(`${photos} photos in 3 sizes.`);
      return { photos };
    },
  });
}

/** Learns which listings to recommend. Takes three quarters of an hour. */
export function trainRecommendations(world: DemoWorld) {
  return defineJobType({
    type: 'train_recommendations',
    description: 'Learns which listings to recommend, for about 45 minutes.',
    payload: z.strictObject({}),
    timeout: '2h',
    run: async (ctx) => {
      ctx.log.info('Reading the visits of the last 7 days.', { visits: 412_338 });
      ctx.progress(0, EPOCHS, 'epochs');
      for (let epoch = 1; epoch <= EPOCHS; epoch++) {
        await world.clock.sleep(110_000, { signal: ctx.signal });
        const loss = (0.9 / Math.sqrt(epoch)).toFixed(4);
        ctx.log.info(`Epoch ${epoch} of ${EPOCHS}: loss ${loss}.`);
        ctx.progress(epoch, EPOCHS, 'epochs');
      }
      ctx.log.info('The new model is in use.');
      return { epochs: EPOCHS };
    },
  });
}

/** Books the statements that the banks have uploaded. */
export function importStatements(world: DemoWorld) {
  return defineJobType({
    type: 'import_statements',
    description: 'Books the bank statements of the day. The banks start it once they have uploaded them.',
    payload: z.strictObject({}),
    run: async (ctx) => {
      const entries = numberBetween(300, 900, `${ctx.job.id} ${ctx.run.id}`);
      ctx.log.info(`${entries} entries in 3 statements.`);
      await world.clock.sleep(entries * 20, { signal: ctx.signal });
      ctx.log.info(`All ${entries} entries are booked.`);
      return { entries };
    },
  });
}

/** Writes to the people who have asked for offers. */
export function sendOffers(world: DemoWorld) {
  return defineJobType({
    type: 'send_offers',
    description: 'Writes to the people who have asked for offers.',
    payload: z.strictObject({ campaign: z.string().default('autumn') }),
    run: async (ctx) => {
      const readers = numberBetween(900, 4_000, `${ctx.job.id} ${ctx.run.id}`);
      ctx.log.info(`Writing to ${readers} people.`, { campaign: ctx.payload.campaign });
      await world.clock.sleep(readers * 4, { signal: ctx.signal });
      ctx.log.info(`${readers} mails are sent.`);
      return { sent: readers };
    },
  });
}
