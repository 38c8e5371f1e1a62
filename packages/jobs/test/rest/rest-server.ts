import { z } from 'zod';
import { defineJobType } from '../../src/core/job-types/define-job-type.ts';
import { PermanentError } from '../../src/core/model/errors.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import type { AlertKind } from '../../src/engine/ports/alerts-port.ts';
import type { Engine } from '../../src/engine/ports/engine-port.ts';
import type { JobsNeed, JobsPrincipal } from '../../src/fastify/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

export const greet = defineJobType({
  type: 'greet',
  module: import.meta.url,
  payload: z.strictObject({ name: z.string().default('you'), days: z.int().min(1).default(1) }),
  operatorsMaySet: ['name'],
  run: async (ctx, _deps: undefined) => {
    ctx.log.info('about to greet', { name: ctx.payload.name });
    ctx.progress(1, 1, 'done');
    return { greeted: ctx.payload.name };
  },
});

const fail = defineJobType({
  type: 'fail',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: async (_ctx, _deps: undefined) => {
    throw new PermanentError('it never works');
  },
});

/** Runs until its signal. */
const wait = defineJobType({
  type: 'wait',
  module: import.meta.url,
  payload: z.strictObject({}),
  run: (ctx, _deps: undefined) =>
    new Promise((_resolve, reject) => {
      ctx.signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
});

/** Has a secret, and does with it what a handler should not do. */
const keep = defineJobType({
  type: 'keep',
  module: import.meta.url,
  payload: z.strictObject({ token: z.string().meta({ secret: true }), note: z.string().default('') }),
  run: async (ctx, _deps: undefined) => {
    ctx.log.info(`the token is ${ctx.payload.token}`);
    if (ctx.payload.note === 'fail') throw new PermanentError(`refused ${ctx.payload.token}`);
    return ctx.payload;
  },
});

/** A kind of alert channels that fails with the text that its channel has. */
const pager: AlertKind = async (_notice, { fail: text }) => {
  if (typeof text === 'string') throw new Error(text);
};

/** A response, read to its end. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  json<T = unknown>(): T;
}

export interface SentRequest {
  readonly method: string;
  /** With the prefix `/api`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: Buffer | string | undefined;
}

/** The host's request, as the tests of `authorize` look at it. */
export interface AskedRequest {
  readonly method: string;
  header(name: string): string | undefined;
}

/** The options that each adapter has. */
export interface MountOptions {
  readonly authorize?:
    | ((
        request: AskedRequest,
        need: JobsNeed,
      ) => Promise<JobsPrincipal | undefined> | JobsPrincipal | undefined)
    | false;
  readonly events?: {
    readonly maxStreams?: number;
    readonly maxStreamsPerPrincipal?: number;
    readonly heartbeatMs?: number;
    readonly maxAgeMs?: number;
    readonly isStillAllowed?: (request: AskedRequest) => Promise<boolean>;
  };
  readonly maxRequests?: number;
}

/** The REST API of an engine under `/api`, served by one of the adapters. */
export interface Mount {
  send(request: SentRequest): Promise<Answer>;
  /** Opens a response that may be a stream. The signal disconnects. */
  open(
    url: string,
    options: { readonly headers: Record<string, string>; signal: AbortSignal },
  ): Promise<Response>;
  /** Ends all streams and closes the server. Does not stop the engine. */
  close(): Promise<void>;
}

export type MakeMount = (engine: Engine, options?: MountOptions) => Promise<Mount>;

export interface RestServer extends Mount {
  readonly engine: Engine;
}

/** An adapter on a real engine with a store in memory. */
export async function startRestServer(
  makeMount: MakeMount,
  options: MountOptions = {},
  how: Partial<EngineOptions<undefined>> = {},
): Promise<RestServer> {
  const clock = createSystemClock();
  const engine = createEngine({
    store: createMemoryStore({ clock }),
    clock,
    jobTypes: [greet, fail, wait, keep],
    secretKeys: ['the key of these tests is long enough'],
    deps: undefined,
    logger: silentLogger,
    alerts: { kinds: { pager } },
    ...how,
  });
  await engine.start();
  const mount = await makeMount(engine, options);
  return {
    ...mount,
    engine,
    async close() {
      await mount.close();
      await engine.stop();
    },
  };
}

/** The answer for a response of the Fetch API. */
export async function answerOf(response: Response): Promise<Answer> {
  const body = await response.text();
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body,
    json: () => JSON.parse(body),
  };
}
