import { expect, it } from 'vitest';
import { z } from 'zod';
import { createJobs, defineJobType, defineThreadDeps } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createFakeClock } from '../../src/testing/index.ts';

const store = createMemoryStore({ clock: createFakeClock(0) });
const module = import.meta.url;
const payload = z.object({});

const mails = defineJobType({
  type: 'mails',
  payload,
  run: async (_, deps: { readonly mailer: string }) => deps.mailer,
});
const index = defineJobType({
  type: 'index',
  module,
  isolation: 'thread',
  payload,
  run: async (_, deps: { readonly search: string }) => deps.search,
});
const threadDeps = defineThreadDeps({
  module,
  create: async ({ file }: { readonly file: string }) => ({ search: file, close: () => undefined }),
});

// Promise P20, isolation.
it('the compiler asks for the dependencies of inline types and of types in threads, each in its place', () => {
  const both = { store, types: [mails, index] as const };
  const made = threadDeps.with({ file: 'search.db' });
  expect(createJobs({ ...both, deps: { mailer: 'smtp' }, threadDeps: made }).jobTypes()).toHaveLength(2);
  expect(createJobs({ store, types: [index], threadDeps: made }).jobTypes()).toHaveLength(1);
  expect(createJobs({ store, types: [mails], deps: { mailer: 'smtp' } }).jobTypes()).toHaveLength(1);
  // @ts-expect-error: nothing makes what `index` gets in a thread.
  createJobs({ ...both, deps: { mailer: 'smtp', search: 'here' } });
  const others = defineThreadDeps({ module, create: () => ({ serch: 'misspelled' }) }).with();
  // @ts-expect-error: threads make something else than `index` gets.
  createJobs({ ...both, deps: { mailer: 'smtp' }, threadDeps: others });
  // @ts-expect-error: the mailer of the inline type is missing.
  createJobs({ ...both, threadDeps: made });
});

it('the compiler checks the data of threads', () => {
  // @ts-expect-error: a file is text.
  expect(threadDeps.with({ file: 7 }).data).toEqual({ file: 7 });
  // @ts-expect-error: the data is missing.
  expect(threadDeps.with().data).toBeUndefined();
  expect(defineThreadDeps({ module, create: () => ({}) }).with().data).toBeUndefined();
});

it('a definition without its data is refused, and so is another shape', () => {
  const faults = [{ pointer: '/threadDeps', detail: expect.stringContaining('.with(data)') }];
  for (const wrong of [threadDeps, { module, data: {} }]) {
    const create = () => createJobs({ store, types: [index], threadDeps: wrong as never });
    expect(create).toThrow(expect.objectContaining({ code: 'invalid', faults }));
  }
});

it.each([() => 1, { a: Symbol('x') }, new WeakMap()])(
  'data that no thread can get are refused at once',
  (data) => {
    const made = defineThreadDeps({ module, create: (_: unknown) => ({}) });
    const faults = [{ pointer: '/data', detail: expect.stringContaining('can be copied to a thread') }];
    expect(() => Reflect.apply(made.with, made, [data])).toThrow(
      expect.objectContaining({ code: 'invalid', faults }),
    );
    expect(Reflect.apply(made.with, made, [{ key: new Map([['a', 1n]]) }])).toMatchObject({ module });
  },
);

it('a definition needs the URL of its file', () => {
  const define = () => defineThreadDeps({ module: './deps.ts', create: () => ({}) });
  const faults = [{ pointer: '/module', detail: expect.stringContaining('import.meta.url') }];
  expect(define).toThrow(expect.objectContaining({ code: 'invalid', faults }));
});
