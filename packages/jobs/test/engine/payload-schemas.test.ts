import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import * as v from 'valibot';
import { expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { z as mini } from 'zod/mini';
import { z as olderZod } from 'zod-4-2';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import {
  createJobs,
  defineJobType,
  type Engine,
  EngineError,
  type InputOf,
  type InvalidField,
  type JobContext,
  type JobType,
  type PayloadSchema,
} from '../../src/index.ts';
import { sqlite } from '../../src/stores/sqlite/index.ts';
import { convertsInThread } from './converts-payload.ts';
import { createHarness, type Harness, job } from './engine-harness.ts';

interface Rates {
  readonly base: string;
  readonly days: number;
  readonly target: { readonly name: string };
}
type RatesInput = Pick<Rates, 'days' | 'target'> & { readonly base?: string | undefined };

/** The same payload in each library: a default, a check, an object inside. */
const RATES: readonly (readonly [string, PayloadSchema<RatesInput, Rates>])[] = [
  [
    'zod',
    z.object({
      base: z.string().default('EUR'),
      days: z.number().refine((days) => days > 0, 'too few'),
      target: z.object({ name: z.string() }),
    }),
  ],
  [
    'another version of zod 4',
    olderZod.object({
      base: olderZod.string().default('EUR'),
      days: olderZod.number().refine((days) => days > 0, 'too few'),
      target: olderZod.object({ name: olderZod.string() }),
    }),
  ],
  [
    'zod/mini',
    mini.toJSONSchema(
      mini.object({
        base: mini._default(mini.string(), 'EUR'),
        days: mini.number().check(mini.refine((days) => days > 0, 'too few')),
        target: mini.object({ name: mini.string() }),
      }),
      { io: 'input' },
    ),
  ],
  [
    'Valibot',
    toStandardJsonSchema(
      v.object({
        base: v.optional(v.string(), 'EUR'),
        days: v.pipe(
          v.number(),
          v.check((days) => days > 0, 'too few'),
        ),
        target: v.object({ name: v.string() }),
      }),
    ),
  ],
  [
    'ArkType',
    type({
      base: "string = 'EUR'",
      days: type('number').narrow((days, ctx) => days > 0 || ctx.reject({ message: 'too few' })),
      target: { name: 'string' },
    }),
  ],
];

/** An engine with a type of this payload, whose handler keeps the payloads that it gets. */
async function start(payload: PayloadSchema): Promise<Harness & { readonly got: unknown[] }> {
  const got: unknown[] = [];
  const keep = defineJobType({
    type: 'keep',
    payload,
    run: async (ctx: JobContext<unknown>) => void got.push(ctx.payload),
  });
  const h = await createHarness({ jobTypes: [keep] });
  onTestFinished(() => h.close());
  return { ...h, got };
}

const keeping = (payload?: unknown) => job({ type: 'keep', payload });

async function faultsOf(engine: Engine, payload: unknown): Promise<readonly InvalidField[]> {
  const error = await engine.createJob(keeping(payload)).catch((thrown: unknown) => thrown);
  if (!(error instanceof EngineError)) throw new Error('the payload was accepted', { cause: error });
  return error.faults;
}

async function stored(engine: Engine, payload: unknown): Promise<unknown> {
  const { job: made } = await engine.createJob(keeping(payload));
  return JSON.parse(made.payload);
}

// Promise P21, payloads.
it.each(RATES)('a payload of %s is stored with its defaults, and the handler gets it', async (_, payload) => {
  const { engine, got } = await start(payload);
  const sent = { days: 7, target: { name: 'USD' } };
  expect(await stored(engine, sent)).toEqual({ base: 'EUR', ...sent });
  await engine.trigger('job');
  await engine.tick();
  await engine.tick();
  await engine.trigger('job', { payload: { ...sent, days: 8 } });
  await engine.tick();
  expect(got).toContainEqual({ base: 'EUR', ...sent });
  expect(got).toContainEqual({ base: 'EUR', ...sent, days: 8 });
});

it.each(RATES)('each fault of a payload of %s has a pointer, unknown keys too', async (_, payload) => {
  const { engine } = await start(payload);
  const faults = await faultsOf(engine, { bas: 'x', days: 0, target: { nam: 'y' } });
  const unknown = expect.stringContaining('unknown key');
  expect(faults.toSorted((a, b) => a.pointer.localeCompare(b.pointer))).toEqual([
    { pointer: '/payload/bas', detail: unknown },
    { pointer: '/payload/days', detail: expect.stringContaining('too few') },
    { pointer: '/payload/target/nam', detail: unknown },
    { pointer: '/payload/target/name', detail: expect.any(String) },
  ]);
});

it('an unknown key of a payload says which key it may mean', async () => {
  const { engine } = await start(z.object({ base: z.string().optional(), at: z.object({ hour: z.int() }) }));
  const faults = await faultsOf(engine, { bas: 'EUR', at: { hour: 1, Hour: 2 }, x: 1 });
  const detail = 'unknown key: the job type has no such payload field';
  expect(faults).toEqual([
    { pointer: '/payload/at/Hour', detail: `${detail}; did you mean hour?` },
    { pointer: '/payload/bas', detail: `${detail}; did you mean base?` },
    { pointer: '/payload/x', detail },
  ]);
});

it.each(RATES)('the published JSON Schema of %s refuses unknown keys at each level', async (_, payload) => {
  const { engine } = await start(payload);
  expect(engine.jobTypes()).toMatchObject([
    {
      payloadSchema: {
        type: 'object',
        properties: { days: { type: 'number' }, target: { additionalProperties: false } },
        additionalProperties: false,
      },
      defaults: undefined,
    },
  ]);
});

it('unknown keys are accepted where the schema says what they may be', async () => {
  const { engine } = await start(z.record(z.string(), z.unknown()));
  expect(await stored(engine, { any: { key: 1 } })).toEqual({ any: { key: 1 } });
});

it('an object of zod that is loose keeps its unknown keys', async () => {
  const { engine } = await start(z.looseObject({ a: z.int() }));
  expect(await stored(engine, { a: 1, b: { c: 2 } })).toEqual({ a: 1, b: { c: 2 } });
});

it('the keys of schemas that an intersection names by their ids are known together', async () => {
  const named = z.object({ a: z.string() }).meta({ id: 'named' });
  const counted = z.object({ b: z.object({ c: z.number() }) }).meta({ id: 'counted' });
  const { engine } = await start(named.and(counted));
  expect(await stored(engine, { a: 'x', b: { c: 1 } })).toEqual({ a: 'x', b: { c: 1 } });
  expect(await faultsOf(engine, { a: 'x', b: { c: 1, d: 1 }, e: 1 })).toMatchObject([
    { pointer: '/payload/b/d' },
    { pointer: '/payload/e' },
  ]);
});

it.each<[string, PayloadSchema, unknown, unknown, unknown]>([
  [
    'with a default of zod that is a conversion again',
    z.object({ at: z.coerce.date(), base: z.string().default('EUR') }),
    { at: '2026-01-01' },
    { at: '2026-01-01T00:00:00.000Z', base: 'EUR' },
    { at: new Date('2026-01-01'), base: 'EUR' },
  ],
  [
    'whose output validates to the same output',
    z.object({ name: z.string().trim(), n: z.coerce.number() }),
    { name: ' Ann ', n: '7' },
    { name: 'Ann', n: 7 },
    { name: 'Ann', n: 7 },
  ],
  [
    'as it was sent, since its output is no input',
    z.object({ name: z.string().transform((name) => name.length), base: z.string().default('EUR') }),
    { name: 'Ann' },
    { name: 'Ann' },
    { name: 3, base: 'EUR' },
  ],
  [
    'as it was sent, since converting it again changes it again',
    z.object({ name: z.string().transform((name) => `${name}!`) }),
    { name: 'Ann' },
    { name: 'Ann' },
    { name: 'Ann!' },
  ],
  [
    'as it was sent, since JSON can not hold its output',
    z.object({ ids: z.record(z.string(), z.int()).transform((ids) => new Map(Object.entries(ids))) }),
    { ids: { a: 1 } },
    { ids: { a: 1 } },
    { ids: new Map([['a', 1]]) },
  ],
  [
    'as it was sent to a transform of Valibot',
    toStandardJsonSchema(
      v.object({
        name: v.pipe(
          v.string(),
          v.transform((name) => name.length),
        ),
      }),
    ),
    { name: 'Ann' },
    { name: 'Ann' },
    { name: 3 },
  ],
  [
    'as it was sent to a morph of ArkType',
    type({ n: 'string.numeric.parse' }),
    { n: '7' },
    { n: '7' },
    { n: 7 },
  ],
  [
    'of code that gives a Date',
    z.object({ at: z.coerce.date() }),
    { at: new Date('2026-01-01') },
    { at: '2026-01-01T00:00:00.000Z' },
    { at: new Date('2026-01-01') },
  ],
])('a payload is stored %s', async (_, payload, sent, expected, output) => {
  const { engine, got } = await start(payload);
  expect(await stored(engine, sent)).toEqual(expected);
  await engine.trigger('job');
  await engine.tick();
  expect(got).toEqual([output]);
});

it('each attempt gets a payload of its own, also one that JSON can not hold', async () => {
  const { engine, got } = await start(z.object({ at: z.coerce.date() }));
  await engine.createJob(job({ type: 'keep', payload: { at: '2026-01-01' }, overlap: 'allow' }));
  for (const _ of [1, 2]) {
    await engine.trigger('job');
    await engine.tick();
  }
  expect(got).toHaveLength(2);
  expect(got[0]).toEqual(got[1]);
  expect(got[0]).not.toBe(got[1]);
});

it('a handler in a thread gets what the schema makes of the payload', async () => {
  const h = await createHarness({ jobTypes: [convertsInThread] });
  onTestFinished(() => h.close());
  const payload = { at: '2026-06-01', tags: ['a', 'b', 'a'] };
  await h.engine.createJob(job({ type: 'converts_in_thread', payload }));
  const { run: made } = await h.engine.trigger('job');
  await vi.waitFor(async () => {
    await h.engine.tick();
    const { run } = await h.engine.getRun(made.id);
    expect(run).toMatchObject({ status: 'succeeded', result: '{"year":2026,"tags":2}' });
  }, CONDITION_MS);
});

it('an edit that sends the stored payload of a converting schema changes nothing', async () => {
  const { engine } = await start(z.object({ name: z.string().transform((name) => name.length) }));
  const { job } = await engine.putJob(keeping({ name: 'Ann' }));
  expect(await engine.putJob(keeping({ name: 'Ann' }))).toMatchObject({
    job: { version: job.version },
  });
  expect((await engine.patchJob('job', { name: 'B' })).job.payload).toBe('{"name":"Ann"}');
});

it.each<[string, unknown, string]>([
  ['a date that does not come as JSON', z.object({ at: z.date() }), 'Use `z.coerce.date()` for a date'],
  ['text', z.string(), 'must be the schema of an object, such as `z.object({ days: z.int() })`'],
  ['no schema', { days: 7 }, 'must be a schema of zod, Valibot, ArkType or another Standard Schema library'],
  [
    'an asynchronous check',
    z.object({ a: z.string().default('x') }).refine(async () => true),
    'it checks asynchronously, or a function in it threw',
  ],
  ['zod/mini as it is', mini.object({}), '`payload: z.toJSONSchema(schema, { io: "input" })`'],
  ['Valibot as it is', v.object({}), '`payload: toStandardJsonSchema(schema)`'],
])('registration refuses a payload of %s, and says what to do', async (_, payload, why) => {
  await expect(start(payload as PayloadSchema)).rejects.toThrow(why);
});

it.each([
  ['that checks asynchronously', z.object({ a: z.string().refine(async () => true) }), '/payload'],
  [
    'that throws',
    z.object({
      a: z.string().transform((): string => {
        throw new Error('no');
      }),
    }),
    '/payload',
  ],
])('a schema %s deep inside refuses the payload, and says why', async (_, payload, pointer) => {
  const { engine } = await start(payload);
  const detail = expect.stringContaining('it checks asynchronously, or a function in it threw');
  expect(await faultsOf(engine, { a: 'x' })).toEqual([{ pointer, detail }]);
});

it('a payload from code that is no JSON is refused', async () => {
  const { engine } = await start(z.looseObject({}));
  expect(await faultsOf(engine, { big: 1n })).toMatchObject([{ pointer: '/payload' }]);
});

const nested = (levels: number) => {
  let payload: object = {};
  for (let level = 1; level < levels; level++) payload = { kid: payload };
  return payload;
};

it.each([33, 500, 3_000, 100_000])('a payload that is %d levels deep is refused', async (levels) => {
  const { engine } = await start(z.looseObject({ kid: z.unknown() }));
  expect(await faultsOf(engine, nested(levels))).toMatchObject([{ pointer: '/payload' }]);
  expect(await stored(engine, nested(32))).toEqual(nested(32));
});

it('a huge payload is refused before its schema sees it', async () => {
  let calls = 0;
  const schema = z.looseObject({}).refine(() => {
    calls += 1;
    return true;
  });
  const { engine } = await start(schema);
  calls = 0;
  const payload = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`key-${n}`, n]));
  expect(await faultsOf(engine, payload)).toEqual([
    { pointer: '/payload', detail: 'must be at most 64 KiB as JSON, defaults included' },
  ]);
  expect(calls).toBe(0);
});

it('an operator may set fields of a union, and no others', async () => {
  const payload = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('mail'), to: z.string() }),
    z.object({ kind: z.literal('sms'), number: z.string() }),
  ]);
  const union = (name: string) =>
    defineJobType({ type: 'union', payload, operatorsMaySet: [name as 'kind'], run: async () => undefined });
  const h = await createHarness({ jobTypes: [union('number')] });
  onTestFinished(() => h.close());
  await expect(h.again({ jobTypes: [union('fax')] })).rejects.toThrow('operatorsMaySet: names "fax"');
});

it('each library gives its types to callers and handlers', () => {
  const types = {
    zod: defineJobType({
      type: 'a',
      payload: z.object({ at: z.string().transform((at) => new Date(at)) }),
      run: async ({ payload }) => payload.at.getTime(),
    }),
    valibot: defineJobType({
      type: 'a',
      payload: toStandardJsonSchema(
        v.object({
          at: v.pipe(
            v.string(),
            v.transform((at) => new Date(at)),
          ),
        }),
      ),
      run: async ({ payload }) => payload.at.getTime(),
    }),
    arktype: defineJobType({
      type: 'a',
      payload: type({ at: 'string.date.parse' }),
      run: async ({ payload }) => payload.at.getTime(),
    }),
    mini: defineJobType({
      type: 'a',
      payload: mini.toJSONSchema(
        mini.object({
          at: mini.pipe(
            mini.string(),
            mini.transform((at: string) => new Date(at)),
          ),
        }),
        { io: 'input' },
      ),
      run: async ({ payload }) => payload.at.getTime(),
    }),
  };
  expectTypeOf<InputOf<typeof types.zod>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<InputOf<typeof types.valibot>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<InputOf<typeof types.arktype>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<InputOf<typeof types.mini>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf(types).toExtend<Record<string, JobType<unknown, 'a', unknown, number>>>();
});

it('a payload with NaN is refused, because JSON would turn it into null', async () => {
  const type = defineJobType({
    type: 'scale',
    payload: z.object({ sizes: z.array(z.number().nullable()) }),
    run: async () => undefined,
  });
  const jobs = createJobs({ store: sqlite(':memory:'), types: [type] });
  await jobs.start();
  onTestFinished(() => jobs.stop());
  await expect(jobs.enqueue(type, { sizes: [1, Number.NaN] })).rejects.toMatchObject({
    code: 'invalid',
    faults: [{ pointer: '/payload/sizes/1', detail: 'must be a finite number; got the number NaN' }],
  });
});
