import { z } from 'zod';
import { defineJobType, type EngineError, type JobContext } from '../../src/index.ts';

const payload = z.strictObject({
  what: z
    .enum(['enqueue', 'all', 'refused', 'odd', 'aborted', 'abandoned', 'tx', 'complete'])
    .default('enqueue'),
});
type Payload = z.output<typeof payload>;

/** What both types below make runs of. */
export const counted = defineJobType({
  type: 'counted',
  payload: z.strictObject({ n: z.int() }),
  run: async (ctx) => ctx.payload.n,
});

export const greeted = defineJobType({
  type: 'greeted',
  payload: z.strictObject({ name: z.string().default('world') }),
  run: async (ctx) => ctx.payload.name,
});

/** Asks the engine for what its payload says, inline and in a thread. */
async function ask(ctx: JobContext<Payload>): Promise<unknown> {
  const { jobs, run, signal, log } = ctx;
  switch (ctx.payload.what) {
    case 'enqueue': {
      const enqueued = await jobs.enqueue(counted, { n: 1 }, { key: run.id });
      return enqueued.run.id;
    }
    case 'all': {
      const at = new Date('2027-01-01T00:00:00Z');
      const later = await jobs.enqueue('counted', { n: 2 }, { at });
      await jobs.schedule(counted, { id: 'made', interval: '1h', payload: { n: 3 } });
      await jobs.schedule(counted, { id: 'once', onDemand: true, payload: null });
      const triggered = await jobs.trigger('once', { payload: { n: 4 } });
      const cancelled = await jobs.cancelRun(later.run.id);
      return { status: cancelled.run.status, triggered: triggered.run.id };
    }
    case 'refused':
      // @ts-expect-error: the payload has another type.
      return jobs.enqueue(counted, { n: 'x' }).catch(Object);
    case 'odd': {
      const error = ({ name, faults }: EngineError) => ({
        name,
        pointers: faults.map(({ pointer }) => pointer),
      });
      // The default payload of the other type: none is given.
      await jobs.schedule(greeted, { id: 'greeting', onDemand: true });
      const triggered = await jobs.trigger('greeting');
      const enqueued = await jobs.enqueue(greeted, undefined as never);
      const big = await jobs.enqueue(counted, { n: 1n as never }).catch(error);
      const nothing = await jobs.trigger(undefined as never).catch(error);
      return { types: [triggered.type, enqueued.type], errors: [big, nothing] };
    }
    case 'aborted':
      log.info('waits');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      return jobs.enqueue(counted, { n: 5 }).catch((error) => {
        if (error === signal.reason) log.info('refused with the reason of the signal');
        throw error;
      });
    case 'abandoned':
      // After the end of the attempt, nobody listens.
      setTimeout(() => void jobs.enqueue(counted, { n: 6 }).catch(() => undefined), 20);
      return 'left';
    case 'tx':
      return jobs.enqueue(counted, { n: 7 }, { tx: { query: async () => ({ rows: [] }) } });
    case 'complete':
      return ctx.complete({ query: async () => ({ rows: [] }) }).catch(({ message }: EngineError) => message);
    default:
      return ctx.payload.what satisfies never;
  }
}

export const asksInline = defineJobType({ type: 'asks_inline', payload, run: ask });
export const asksInThread = defineJobType({
  type: 'asks_in_thread',
  module: import.meta.url,
  isolation: 'thread',
  payload,
  run: ask,
});
