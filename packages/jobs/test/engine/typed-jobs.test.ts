import { expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createJobs, defineJobType } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { silentLogger } from '../silent-logger.ts';

interface Bank {
  rate(base: string): Promise<number>;
}

const rates = defineJobType({
  type: 'rates',
  payload: z.strictObject({ base: z.string().default('EUR') }),
  run: async (ctx, { bank }: { readonly bank: Bank }) => ({
    base: ctx.payload.base,
    rate: await bank.rate(ctx.payload.base),
    at: new Date(0),
  }),
});
const mail = defineJobType({
  type: 'mail',
  payload: z.strictObject({ to: z.string() }),
  run: async () => undefined,
});

const bank: Bank = { rate: async (base) => base.length };
const some = () =>
  createJobs({ store: createMemoryStore(), types: [rates, mail], deps: { bank }, logger: silentLogger });
const faults = (pointer: string) => ({ name: 'EngineError', code: 'invalid', faults: [{ pointer }] });

async function started() {
  const jobs = some();
  await jobs.start();
  onTestFinished(() => jobs.stop());
  return jobs;
}

it('createJobs needs dependencies only if an inline type takes them', () => {
  const store = createMemoryStore();
  expect(createJobs({ store, types: [mail] }).jobTypes()).toMatchObject([{ type: 'mail' }]);
  // @ts-expect-error: the bank is missing.
  createJobs({ store, types: [rates] });
  // @ts-expect-error: this is no bank.
  createJobs({ store, types: [rates], deps: { bank: 1 } });
});

it('schedule checks the name of the type, the payload and the schedule when it compiles', async () => {
  const jobs = await started();
  await jobs.schedule(rates, { id: 'a', interval: '10m' });
  await jobs.schedule('rates', {
    id: 'b',
    cron: '0 3 * * *',
    timezone: 'Europe/Berlin',
    payload: { base: 'USD' },
  });
  await jobs.schedule(mail, { id: 'c', onDemand: true, payload: { to: 'ann' } });
  await jobs.schedule(mail, { id: 'd', onDemand: true, payload: null });
  // @ts-expect-error: there is no such type.
  await expect(jobs.schedule('rate', { id: 'e', interval: '10m' })).rejects.toMatchObject(faults('/type'));
  // @ts-expect-error: a field of the payload has another type.
  const number = jobs.schedule(rates, { id: 'e', interval: '10m', payload: { base: 1 } });
  await expect(number).rejects.toMatchObject(faults('/payload/base'));
  // @ts-expect-error: a required field of the payload is missing.
  await expect(jobs.schedule(mail, { id: 'e', interval: '10m' })).rejects.toMatchObject(
    faults('/payload/to'),
  );
  // @ts-expect-error: only an on-demand job may have no payload.
  const none = jobs.schedule(mail, { id: 'e', interval: '10m', payload: null });
  await expect(none).rejects.toMatchObject(faults('/payload'));
  // @ts-expect-error: there are two schedules.
  await expect(jobs.schedule(rates, { id: 'e', interval: '10m', cron: '* * * * *' })).rejects.toThrow(
    'not valid',
  );
});

it('enqueue checks the name of the type and the payload when it compiles', async () => {
  const jobs = await started();
  await jobs.enqueue(rates, {});
  await jobs.enqueue('mail', { to: 'ann' }, { delay: '1m', key: 'ann' });
  // @ts-expect-error: there is no such type.
  await expect(jobs.enqueue('rate', {})).rejects.toMatchObject(faults('/type'));
  // @ts-expect-error: a required field of the payload is missing.
  await expect(jobs.enqueue(mail, {})).rejects.toMatchObject(faults('/payload/to'));
  expectTypeOf(jobs.enqueue<'rates'>)
    .parameter(1)
    .toEqualTypeOf<{ base?: string | undefined }>();
});

it('enqueueAndWait returns the result of the type, parsed', async () => {
  const jobs = await started();
  const result = await jobs.enqueueAndWait(rates, { base: 'USD' });
  expectTypeOf(result).toEqualTypeOf<{ base: string; rate: number; at: string }>();
  expect(result).toEqual({ base: 'USD', rate: 3, at: '1970-01-01T00:00:00.000Z' });
  const nothing = await jobs.enqueueAndWait('mail', { to: 'ann' }, { timeout: '10s' });
  expectTypeOf(nothing).toEqualTypeOf<undefined>();
});

it('a listener gets the result of its type for the event that has one', async () => {
  const jobs = await started();
  const { promise, resolve } = Promise.withResolvers<number>();
  jobs.on(['run.succeeded', 'run.failed'], rates, (event) => {
    if (event.type === 'run.succeeded') {
      expectTypeOf(event.result).toEqualTypeOf<{ base: string; rate: number; at: string }>();
      resolve(event.result.rate);
    }
    // @ts-expect-error: the listener did not ask for this event.
    if (event.type === 'run.queued') resolve(0);
  });
  // @ts-expect-error: there is no such event.
  expect(() => jobs.on('run.done', rates, () => undefined)).toThrow('run.succeeded');
  await jobs.enqueue(rates, { base: 'US' });
  expect(await promise).toBe(2);
});
