import { once } from 'node:events';
import { createServer } from 'node:net';
import { createJobs, type DeclaredJob, defineJobType, PermanentError } from '@greenvue/jobs';
import { jobsPlugin } from '@greenvue/jobs/fastify';
import { createMemoryStore } from '@greenvue/jobs/testing';
import { fastify } from 'fastify';
import { z } from 'zod';

export const greet = defineJobType({
  type: 'greet',
  payload: z.strictObject({ name: z.string().default('you') }),
  run: async (ctx) => ({ greeted: ctx.payload.name }),
});

const fail = defineJobType({
  type: 'fail',
  payload: z.strictObject({}),
  run: async () => {
    throw new PermanentError('it never works');
  },
});

/** Its first attempt fails. */
const flaky = defineJobType({
  type: 'flaky',
  payload: z.strictObject({}),
  run: async (ctx) => {
    if (ctx.run.attempt === 1) throw Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' });
    return { attempt: ctx.run.attempt };
  },
});

/** Runs until its signal, one run for each tenant at a time. */
const hold = defineJobType({
  type: 'hold',
  payload: z.strictObject({ tenant: z.string() }),
  limits: { running: 1, rate: { runs: 100, per: '1m' }, per: '/tenant' },
  run: (ctx) =>
    new Promise((_resolve, reject) => {
      ctx.signal.addEventListener('abort', () => reject(new Error('stopped')));
    }),
});

/** Has a secret. */
const keep = defineJobType({
  type: 'keep',
  payload: z.strictObject({ token: z.string().meta({ secret: true }), note: z.string().default('') }),
  run: async () => undefined,
});

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface Host {
  /** Of the API. */
  readonly url: string;
  /** Of the server. */
  readonly origin: string;
  close(): Promise<void>;
}

/** The login of the host: a cookie, or a token of a program. */
export const COOKIE = 'session=ann';
export const TOKEN = 'secret-1';
/** May only read. */
export const READER = 'secret-2';

/** An application that is not GreenVue, with its own login and the API under a path of its own. */
export async function startHost(jobs?: readonly DeclaredJob<'greet'>[], release = 8): Promise<Host> {
  const engine = createJobs({
    store: createMemoryStore(),
    types: [greet, fail, flaky, hold, keep],
    ...(jobs === undefined ? {} : { jobs, release }),
    secretKeys: ['the key of these tests is long enough'],
    logger: silent,
  });
  await engine.start();
  const app = fastify({ routerOptions: { maxParamLength: 128 } });
  await app.register(jobsPlugin, {
    prefix: '/admin/api',
    engine,
    authorize: ({ headers }, need) => {
      if (headers.authorization === `Bearer ${READER}`) {
        if (need === 'read') return { id: 'user:bo' };
        throw Object.assign(new Error('You may only read.'), { statusCode: 403 });
      }
      if (headers.cookie === COOKIE || headers.authorization === `Bearer ${TOKEN}`) return { id: 'user:ann' };
      throw Object.assign(new Error('Sign in first.'), { statusCode: 401 });
    },
  });
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    origin,
    url: `${origin}/admin/api`,
    async close() {
      await app.close();
      await engine.stop();
    },
  };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
