import { expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../../src/index.ts';

const payload = z.strictObject({});

// Promise P30, resume.
it('a handler knows the type of its checkpoint, and of the results of its steps', () => {
  const type = defineJobType({
    type: 'import',
    payload,
    checkpoint: z.object({ after: z.string() }),
    steps: true,
    run: async (ctx) => {
      expectTypeOf(ctx.lastCheckpoint).toEqualTypeOf<{ after: string } | undefined>();
      await ctx.checkpoint({ after: 'a' });
      // @ts-expect-error: the checkpoint has another form.
      await ctx.checkpoint({ after: 1 });
      const charge = await ctx.step('charge', async () => ({ id: 7, at: new Date(0) }));
      expectTypeOf(charge).toEqualTypeOf<{ id: number; at: string }>();
      expectTypeOf(await ctx.step('mail', () => undefined)).toEqualTypeOf<undefined>();
      return charge.id;
    },
  });
  expect([type.checkpoint, type.steps]).toEqual([expect.anything(), true]);
});

it('without their options, the compiler refuses checkpoints and steps', () => {
  const type = defineJobType({
    type: 'import',
    payload,
    run: async (ctx) => {
      expectTypeOf(ctx.lastCheckpoint).toEqualTypeOf<undefined>();
      expectTypeOf(ctx.checkpoint).parameter(0).toEqualTypeOf<'Add checkpoint: … to defineJobType()'>();
      // @ts-expect-error: the type declares no checkpoint.
      await ctx.checkpoint({ after: 'a' });
      // @ts-expect-error: the type declares no steps.
      await ctx.step('charge', () => 7);
    },
  });
  expect([type.checkpoint, type.steps]).toEqual([undefined, false]);
});

it('what is no schema is refused when the type is defined', () => {
  const define = (checkpoint: unknown) =>
    defineJobType({ type: 'import', payload, checkpoint: checkpoint as never, run: async () => undefined });
  expect(() => define({ after: 'text' })).toThrow(
    'the schema of a checkpoint, such as z.object({ after: z.string() })',
  );
});
