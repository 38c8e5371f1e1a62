import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  createJobs,
  type DepsOf,
  defineJobType,
  type InlineDepsOf,
  type InputOf,
  type JobType,
  type JsonOf,
  type ResultOf,
  type ThreadDepsOf,
} from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';

interface Mailer {
  send(text: string): Promise<void>;
}
interface Search {
  reindex(): Promise<number>;
}

const rates = defineJobType({
  type: 'rates',
  payload: z.strictObject({ base: z.string().default('EUR'), days: z.int() }),
  operatorsMaySet: ['base'],
  run: async (ctx, _: { readonly mailer: Mailer }) => {
    expectTypeOf(ctx.payload).toEqualTypeOf<{ base: string; days: number }>();
    return { at: new Date(0), base: ctx.payload.base };
  },
});
const index = defineJobType({
  type: 'index',
  module: import.meta.url,
  isolation: 'thread',
  payload: z.strictObject({}),
  run: async (_, deps: { readonly search: Search }) => deps.search.reindex(),
});
const nothing = defineJobType({ type: 'nothing', payload: z.strictObject({}), run: async () => undefined });

it('a job type knows its name, and the payload as callers write it', () => {
  expectTypeOf(rates.type).toEqualTypeOf<'rates'>();
  expectTypeOf<InputOf<typeof rates>>().toEqualTypeOf<{ base?: string | undefined; days: number }>();
});

it('a job type knows where it runs', () => {
  expectTypeOf(rates.isolation).toEqualTypeOf<'inline'>();
  expectTypeOf(index.isolation).toEqualTypeOf<'thread'>();
});

it('the result of a job type is what its handler returns, as JSON', () => {
  expectTypeOf<ResultOf<typeof rates>>().toEqualTypeOf<{ at: string; base: string }>();
  expectTypeOf<ResultOf<typeof index>>().toEqualTypeOf<number>();
  expectTypeOf<ResultOf<typeof nothing>>().toEqualTypeOf<undefined>();
});

it('JSON has no dates, no functions and no undefined in arrays', () => {
  expectTypeOf<JsonOf<readonly (Date | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
  expectTypeOf<JsonOf<{ readonly a: 1; b?: Date; c(): void; d: symbol }>>().toEqualTypeOf<{
    a: 1;
    b?: string | undefined;
  }>();
  expectTypeOf<JsonOf<[number, { toJSON(): { at: Date } }]>>().toEqualTypeOf<[number, { at: string }]>();
  expectTypeOf<JsonOf<unknown>>().toEqualTypeOf<unknown>();
});

it('the dependencies of several job types are an intersection, by where they run', () => {
  type All = readonly [typeof rates, typeof index, typeof nothing];
  expectTypeOf<DepsOf<All>>().toEqualTypeOf<{ readonly mailer: Mailer } & { readonly search: Search }>();
  expectTypeOf<InlineDepsOf<All>>().toEqualTypeOf<{ readonly mailer: Mailer }>();
  expectTypeOf<ThreadDepsOf<All>>().toEqualTypeOf<{ readonly search: Search }>();
  expectTypeOf<DepsOf<readonly [typeof nothing]>>().toEqualTypeOf<unknown>();
  expectTypeOf<DepsOf<readonly []>>().toEqualTypeOf<unknown>();
});

it('any job type is a JobType, and a JobType<Deps> where the dependencies suffice', () => {
  const all: readonly JobType[] = [rates, index, nothing];
  expect(all.map(({ type }) => type)).toEqual(['rates', 'index', 'nothing']);
  expectTypeOf(rates).toExtend<JobType<{ mailer: Mailer; search: Search }>>();
  expectTypeOf(nothing).toExtend<JobType<{ mailer: Mailer }>>();
  // @ts-expect-error: a mailer is missing.
  const tooFew: JobType<{ search: Search }> = rates;
  expect(tooFew).toBe(rates);
});

it('an inline type needs no module, and a type in a thread is refused without one', () => {
  const store = createMemoryStore();
  const inThread = defineJobType({
    type: 'in_thread',
    isolation: 'thread',
    payload: z.strictObject({}),
    run: async () => undefined,
  });
  expect(nothing.module).toBeUndefined();
  expect(createJobs({ store, types: [nothing] }).jobTypes()).toMatchObject([{ type: 'nothing' }]);
  expect(() => createJobs({ store, types: [inThread] })).toThrow(
    'The job type in_thread can\'t be registered. types.0.module: is required with `isolation: "thread"`: write `module: import.meta.url`, and export the job type from this file. The thread imports the file.',
  );
});
