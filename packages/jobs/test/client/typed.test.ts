import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  connect,
  createJob,
  enqueue,
  enqueueAndWait,
  getJob,
  listJobRuns,
  RunError,
  runJob,
  type TypedConnection,
} from '../../src/client/index.ts';
import { createJobs, defineJobType } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { type ClientServer, listen } from './client-server.ts';

const rates = defineJobType({
  type: 'rates',
  payload: z.strictObject({ base: z.string().default('EUR') }),
  run: async (ctx) => ({ base: ctx.payload.base, at: new Date(0) }),
});
const broken = defineJobType({
  type: 'broken',
  payload: z.strictObject({ why: z.string() }),
  maxAttempts: 1,
  run: async (ctx): Promise<number> => {
    throw new Error(ctx.payload.why);
  },
});
const types = [rates, broken] as const;

const jobs = createJobs({ store: createMemoryStore(), types, logger: silentLogger });
let server: ClientServer;
let connection: TypedConnection<typeof types>;
beforeAll(async () => {
  await jobs.start();
  server = await listen(jobs);
  connection = connect<typeof types>({ url: server.url });
});
afterAll(async () => {
  await server.close();
  await jobs.stop();
});

test('the client enqueues a run with the payload of its type, and gets the typed result', async () => {
  const run = await enqueue(connection, 'rates', { base: 'USD' });
  expect(run).toMatchObject({ job_id: 'enqueued.rates', payload: { base: 'USD' } });
  expectTypeOf(run.result).toEqualTypeOf<{ base: string; at: string } | null>();
  const result = await enqueueAndWait(connection, 'rates', {});
  expectTypeOf(result).toEqualTypeOf<{ base: string; at: string }>();
  expect(result).toEqual({ base: 'EUR', at: '1970-01-01T00:00:00.000Z' });
  expect(await getJob(connection, 'enqueued.rates')).toMatchObject({
    payload: null,
    created_by: 'system:enqueue',
  });
});

test('the error of a run that fails has the run', async () => {
  const failed = enqueueAndWait(connection, 'broken', { why: 'no such base' });
  await expect(failed).rejects.toThrow(/^The run \d+ of enqueued\.broken failed: no such base$/);
  await expect(failed).rejects.toBeInstanceOf(RunError);
  await expect(failed).rejects.toMatchObject({ run: { status: 'failed', reason: 'error' } });
});

test('a delay, a time and a key are those of the run', async () => {
  const run_at = '2999-01-01T00:00:00.000Z';
  const later = await enqueue(connection, 'rates', {}, { run_at, dedupe_key: 'k' });
  expect(later).toMatchObject({ status: 'queued', available_at: run_at });
  expect((await enqueue(connection, 'rates', {}, { dedupe_key: 'k' })).id).toBe(later.id);
  const waiting = await enqueue(connection, 'rates', {}, { delay: '1h' });
  expect(waiting.status).toBe('queued');
  const pointer = async (options: object) =>
    enqueue(connection, 'rates', {}, options).catch(({ faults }) => faults[0].pointer);
  expect(await pointer({ run_at: 'soon' })).toBe('/run_at');
  expect(await pointer({ delay: 'soon' })).toBe('/delay');
});

test('a name or a payload that the server does not have is an error of the compiler', async () => {
  // @ts-expect-error: there is no such type.
  await expect(enqueue(connection, 'rate', {})).rejects.toMatchObject({ status: 404 });
  // @ts-expect-error: a field of the payload has another type.
  const number = enqueue(connection, 'rates', { base: 1 });
  await expect(number).rejects.toMatchObject({ status: 422, faults: [{ pointer: '/payload/base' }] });
  await enqueue(connect({ url: server.url }), 'rates', { base: 'any name and payload' });
});

test('a run of a job may have the payload of a given type', async () => {
  await createJob(connection, { id: 'mine', name: 'Mine', type: 'rates', on_demand: true, overlap: 'allow' });
  await runJob<typeof rates>(connection, 'mine', { payload: { base: 'USD' } });
  // @ts-expect-error: a field of the payload has another type.
  await expect(runJob<typeof rates>(connection, 'mine', { payload: { base: 1 } })).rejects.toThrow();
  expect((await listJobRuns(connection, 'mine')).data).toHaveLength(1);
});

test('an operator may only set the fields of the type that operators may set', async () => {
  const operators = await listen(jobs, {
    authorize: (_request, need) => {
      if (need === 'admin') throw Object.assign(new Error('not an admin'), { statusCode: 403 });
      return { id: 'user:1' };
    },
  });
  const asked = connect<typeof types>({ url: operators.url });
  await enqueue(asked, 'rates', {});
  const refused = { status: 403, faults: [{ pointer: '/payload/base' }] };
  await expect(enqueue(asked, 'rates', { base: 'USD' })).rejects.toMatchObject(refused);
  const [audit] = await jobs.listAudit({ limit: 1, target: 'enqueued.rates' });
  expect(audit?.actor).toBe('user:1');
  await operators.close();
});
