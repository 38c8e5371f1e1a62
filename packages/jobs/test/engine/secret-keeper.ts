import { z } from 'zod';
import { defineJobType, EngineError, type JobContext } from '../../src/index.ts';

export const KEY = 'the newest key of these tests is long';
export const OLD_KEY = 'the older key of these tests is long';
/** What must never be seen. With characters that JSON escapes. */
export const PLAIN = 'hunter2-"q"-\\n';
export const NEXT = 'correct-horse-battery';

interface Payload {
  readonly token?: string | undefined;
  readonly note: string;
  readonly pins: readonly { readonly code: number }[];
  readonly headers: Readonly<Record<string, string>>;
}

/** What the handler does, and what it got. */
export const calls: { payload: unknown; act: (ctx: JobContext<Payload>) => unknown } = {
  payload: undefined,
  act: () => undefined,
};

export const keeper = defineJobType({
  type: 'keeper',
  payload: z.strictObject({
    token: z.string().min(4).meta({ secret: true }).optional(),
    note: z.string().default(''),
    pins: z.array(z.strictObject({ code: z.int().meta({ secret: true }) })).default([]),
    headers: z.record(z.string(), z.string().meta({ secret: 'by_name' })).default({}),
  }),
  operatorsMaySet: ['note', 'token'],
  maxAttempts: 1,
  run: async (ctx: JobContext<Payload>) => {
    calls.payload = ctx.payload;
    return calls.act(ctx);
  },
});

export const SHOWN = '[secret]';

/** The error of a call that must be refused. */
export async function refusal(call: Promise<unknown>): Promise<EngineError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof EngineError) return error;
  throw new Error(`not refused: ${String(error)}`);
}
