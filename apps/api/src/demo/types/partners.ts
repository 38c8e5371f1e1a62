import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import { chance, type DemoWorld, isWithin, numberBetween } from '../world.ts';

/** A partner took too long. */
class WarehouseTimeoutError extends Error {
  override readonly name = 'WarehouseTimeoutError';
}

/** A partner answered with an error. */
class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** Minutes before the end of the seeded day. */
const SLOW_NETWORK = { from: 540, to: 495 };
const PROVIDER_DOWN = { from: 300, to: 272 };
const SLOW_WAREHOUSES = new Set(['lyon', 'malmo']);
const PAGES = 8;

/** Reads how much of each article a warehouse has. */
export function syncStock(world: DemoWorld) {
  return defineJobType({
    type: 'sync_stock',
    description: 'Reads the stock of a warehouse, page by page.',
    payload: z.strictObject({ warehouse: z.enum(['berlin', 'lyon', 'malmo']) }),
    timeout: '5m',
    backoff: { initial: '20s', max: '2m' },
    run: async (ctx) => {
      const { warehouse } = ctx.payload;
      const { signal } = ctx;
      const key = `${ctx.job.id} ${ctx.run.id} ${ctx.run.attempt}`;
      let changed = 0;
      ctx.log.info(`Reading the stock of ${warehouse}.`);
      for (let page = 1; page <= PAGES; page++) {
        await world.clock.sleep(600 + numberBetween(0, 900, `${key} ${page}`), { signal });
        const isSlow = SLOW_WAREHOUSES.has(warehouse) && isWithin(world, SLOW_NETWORK);
        if (isSlow && chance(`${key} slow ${page}`) < 0.3) {
          ctx.log.warn(`Page ${page} of ${PAGES} does not arrive, waiting up to 10 s.`);
          await world.clock.sleep(10_000, { signal });
          const url = `https://stock.${warehouse}.example/v2/levels?page=${page}`;
          throw new WarehouseTimeoutError(`GET ${url} took longer than 10 s`);
        }
        changed += numberBetween(0, 14, `${key} changed ${page}`);
        ctx.progress(page, PAGES, 'pages');
      }
      ctx.log.info(`${changed} articles have another stock than before.`);
      return { pages: PAGES, changed };
    },
  });
}

/** Charges the buyers whose orders were confirmed. */
export function capturePayments(world: DemoWorld) {
  return defineJobType({
    type: 'capture_payments',
    description: 'Charges the buyers whose orders were confirmed.',
    payload: z.strictObject({ method: z.enum(['card', 'wallet', 'refund']) }),
    timeout: '2m',
    backoff: { initial: '10s', max: '1m' },
    run: async (ctx) => {
      const { method } = ctx.payload;
      const { signal } = ctx;
      const key = `${ctx.job.id} ${ctx.run.id} ${ctx.run.attempt}`;
      const due = numberBetween(4, 40, key);
      ctx.log.info(`${due} orders to charge by ${method}.`);
      await world.clock.sleep(800 + due * 90, { signal });
      const isDown = method !== 'refund' && isWithin(world, PROVIDER_DOWN);
      if (chance(`${key} provider`) < (isDown ? 1 : 0.03)) {
        const request = `req_${Math.floor(chance(`${key} request`) * 2 ** 32).toString(16)}`;
        ctx.log.warn('The payment provider refused the batch. Nothing was charged.', {
          status: 503,
          request,
        });
        throw new ProviderError(`POST /v1/captures answered 503 Service Unavailable (request ${request})`);
      }
      ctx.log.info(`Charged ${due} orders.`);
      return { charged: due };
    },
  });
}

/** Asks a carrier where the parcels are. */
export function trackParcels(world: DemoWorld) {
  return defineJobType({
    type: 'track_parcels',
    description: 'Asks a carrier where the parcels are.',
    payload: z.strictObject({ carrier: z.enum(['northpost', 'rapid', 'swift']) }),
    timeout: '2m',
    maxAttempts: 2,
    backoff: { initial: '15s' },
    run: async (ctx) => {
      const { carrier } = ctx.payload;
      const key = `${ctx.job.id} ${ctx.run.id} ${ctx.run.attempt}`;
      const parcels = numberBetween(30, 220, key);
      ctx.log.info(`Asking ${carrier} about ${parcels} parcels.`);
      await world.clock.sleep(900 + parcels * 12, { signal: ctx.signal });
      if (carrier === 'rapid' && chance(`${key} reset`) < 0.09) {
        const error = new Error(`read ECONNRESET while asking track.${carrier}.example`);
        throw Object.assign(error, { code: 'ECONNRESET' });
      }
      const delivered = numberBetween(3, 30, `${key} delivered`);
      ctx.log.info(`${delivered} parcels have arrived.`);
      return { parcels, delivered };
    },
  });
}
