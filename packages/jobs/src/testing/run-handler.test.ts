import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from '../index.ts';
import { runHandler } from './index.ts';

const greet = defineJobType({
  type: 'greet',
  payload: z.strictObject({ name: z.string().default('world') }),
  run: async (ctx) => `Hello ${ctx.payload.name}`,
});
/** A value of a wrong type, as JavaScript callers can pass it. */
const anything = (value: unknown) => value as never;

it('runs a handler with the payload and its defaults, as the engine does', async () => {
  expect(await runHandler(greet, { name: 'Ann' }, undefined)).toMatchObject({ result: 'Hello Ann' });
  expect(await runHandler(greet, anything(undefined), undefined)).toMatchObject({ result: 'Hello world' });
});

it.each([
  ['a payload that its schema refuses', greet, { name: 7 }, '/payload/name'],
  ['a payload that is no JSON', greet, { name: 7n }, '/payload'],
  ['no job type', undefined, {}, '/type'],
  ['a definition', { type: 'greet', payload: greet.payload, run: greet.run }, {}, '/type'],
])('refuses %s with a pointer', async (_, type, payload, pointer) => {
  await expect(runHandler(anything(type), anything(payload), undefined)).rejects.toMatchObject({
    name: 'EngineError',
    code: 'invalid',
    faults: [{ pointer }],
  });
});

it('notes how the handler has completed its run, and runs no statement', async () => {
  const tx = { query: () => Promise.reject(new Error('a statement')) };
  const paid = defineJobType({
    type: 'paid',
    payload: z.strictObject({}),
    run: (ctx) => ctx.complete(tx, { paid: 7 }),
  });
  expect(await runHandler(paid, {}, undefined)).toMatchObject({ completed: { tx, result: { paid: 7 } } });
  expect(await runHandler(greet, {}, undefined)).toMatchObject({ completed: undefined });
});
