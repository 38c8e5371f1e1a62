import { defineJobType } from '@greenvue/jobs';
import { z } from 'zod';
import { type DemoWorld, isWithin, numberBetween } from '../world.ts';

interface Order {
  readonly id: string;
  readonly euros: number;
  /** Orders of the new checkout of the UK can lack it. */
  readonly address: { readonly country: string };
}

/** Minutes before the end of the seeded day: since then, still. */
const NEW_CHECKOUT = { from: 125 };

/** Rates how likely it is that new orders are fraud. */
export function scoreFraud(world: DemoWorld) {
  return defineJobType({
    type: 'score_fraud',
    description: 'Rates how likely it is that new orders are fraud.',
    payload: z.strictObject({ market: z.enum(['de', 'fr', 'uk']) }),
    timeout: '3m',
    maxAttempts: 2,
    backoff: { initial: '20s' },
    run: async (ctx) => {
      const { market } = ctx.payload;
      const key = `${ctx.job.id} ${ctx.run.id}`;
      const orders = ordersOf(world, market, key);
      ctx.log.info(`${orders.length} new orders in the market ${market}.`, { model: 'gbm-2026-10' });
      let suspicious = 0;
      for (const [at, order] of orders.entries()) {
        await world.clock.sleep(250, { signal: ctx.signal });
        if (order.address === undefined)
          ctx.log.warn(`Order ${order.id} has no address.`, { order: order.id, checkout: 'uk-2', step: at });
        if (riskOf(order) > 0.9) {
          suspicious += 1;
          ctx.log.info(`Order ${order.id} is held for a person to look at.`, { euros: order.euros });
        }
        ctx.progress(at + 1, orders.length, 'orders');
      }
      ctx.log.info(`${orders.length} orders rated, ${suspicious} held.`);
      return { orders: orders.length, held: suspicious };
    },
  });
}

function ordersOf(world: DemoWorld, market: string, key: string): readonly Order[] {
  const count = numberBetween(12, 34, key);
  const isBroken = market === 'uk' && isWithin(world, NEW_CHECKOUT);
  return Array.from({ length: count }, (_, at) => {
    const id = `GV-${numberBetween(40_000, 99_999, `${key} ${at}`)}`;
    const order = { id, euros: numberBetween(8, 900, `${key} euros ${at}`) };
    const isIncomplete = isBroken && at === 7;
    const sent = isIncomplete ? order : { ...order, address: { country: market.toUpperCase() } };
    return received(JSON.stringify(sent));
  });
}

/** What comes over the network is not always what its type says. */
function received(json: string): Order {
  return JSON.parse(json);
}

function riskOf({ id, euros, address }: Order): number {
  const isAbroad = address.country === 'XX';
  return (euros > 700 ? 0.5 : 0.1) + (isAbroad ? 0.4 : 0) + numberBetween(0, 45, id) / 100;
}
