import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type AttemptError, createJobs, defineJobType } from '../../src/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';

interface Deps {
  readonly chat: { say(text: string): Promise<void> };
}
const payload = z.strictObject({ days: z.int().default(7), since: z.coerce.date() });
interface Payload {
  days: number;
  since: Date;
}

it('hooks of a type know its payload, its result and its dependencies when they compile', () => {
  const type = defineJobType({
    type: 'digest',
    payload,
    run: async (_ctx, { chat }: Deps) => {
      await chat.say('');
      return { sent: 1, at: new Date(0) };
    },
    onSucceeded: (ctx, deps) => {
      expectTypeOf(ctx.payload).toEqualTypeOf<Payload>();
      expectTypeOf(ctx.result).toEqualTypeOf<{ sent: number; at: string }>();
      expectTypeOf(deps).toEqualTypeOf<Deps>();
    },
    onFailed: (ctx, { chat }) => {
      expectTypeOf(ctx.payload).toEqualTypeOf<Payload | undefined>();
      expectTypeOf(ctx.error).toEqualTypeOf<AttemptError>();
      // @ts-expect-error: a failed run has no result.
      return chat.say(ctx.result);
    },
    onPaused: (ctx, { chat }) => {
      expectTypeOf(ctx.until).toEqualTypeOf<Date | undefined>();
      return chat.say(`${ctx.job.id} ${ctx.reason} ${ctx.by}`);
    },
  });
  const store = createMemoryStore();
  // @ts-expect-error: the dependencies are missing.
  createJobs({ store, types: [type] });
  expect(createJobs({ store, types: [type], deps: { chat: { say: async () => undefined } } })).toBeDefined();
});

it('a hook without dependencies needs none, and a type can have them for its hooks alone', () => {
  const plain = defineJobType({
    type: 'plain',
    payload,
    run: async () => 1,
    onSucceeded: (ctx) => {
      expectTypeOf(ctx.result).toEqualTypeOf<number>();
    },
  });
  const told = defineJobType({
    type: 'told',
    payload,
    run: async () => 1,
    onFailed: (ctx, { chat }: Deps) => chat.say(ctx.error.message),
  });
  const store = createMemoryStore();
  expect(createJobs({ store, types: [plain] })).toBeDefined();
  // @ts-expect-error: the dependencies of the hook are missing.
  createJobs({ store, types: [plain, told] });
  const deps = { chat: { say: async () => undefined } };
  expect(createJobs({ store, types: [plain, told], deps })).toBeDefined();
});

it('a hook of a type that runs in threads has no dependencies', () => {
  defineJobType({
    type: 'in_thread',
    payload,
    isolation: 'thread',
    module: import.meta.url,
    run: async (_ctx, { chat }: Deps) => chat.say(''),
    onFailed: (_ctx, deps) => {
      expectTypeOf(deps).toEqualTypeOf<undefined>();
    },
  });
});

it('a hook for all types knows the error, and neither payload nor result', () => {
  createJobs({
    store: createMemoryStore(),
    types: [],
    onFailed: ({ payload, error }) => {
      expectTypeOf(payload).toEqualTypeOf<unknown>();
      expectTypeOf(error).toEqualTypeOf<AttemptError>();
    },
    onSucceeded: ({ result }) => {
      expectTypeOf(result).toEqualTypeOf<unknown>();
    },
  });
});

it('hooks that are no functions, or have another name, are refused', () => {
  const run = async () => undefined;
  expect(() =>
    defineJobType({
      type: 'bad',
      payload,
      run,
      // @ts-expect-error: the hook has another name.
      onFailure: run,
    }),
  ).toThrow('onFailed');
  // @ts-expect-error: this is no function.
  expect(() => createJobs({ store: createMemoryStore(), types: [], onPaused: 'page me' })).toThrow(
    'onPaused: must be a function',
  );
});
