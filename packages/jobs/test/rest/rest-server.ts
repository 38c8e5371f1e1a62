import { fastify } from 'fastify';
import { z } from 'zod';
import { PermanentError } from '../../src/core/model/errors.ts';
import { defineJobType } from '../../src/core/model/job-type.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine-port.ts';
import { type JobsPluginOptions, jobsPlugin } from '../../src/fastify/index.ts';
import { createMemoryStore } from '../../src/stores/memory/index.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { silentLogger } from '../silent-logger.ts';

const greet = defineJobType({
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

export interface RestServer {
  readonly app: ReturnType<typeof fastify>;
  readonly engine: Engine;
  close(): Promise<void>;
}

/** The plugin in a bare Fastify app, on a real engine with a store in memory. */
export async function startRestServer(options: Partial<JobsPluginOptions> = {}): Promise<RestServer> {
  const clock = createSystemClock();
  const engine = createEngine({
    store: createMemoryStore({ clock }),
    clock,
    jobTypes: [greet, fail, wait],
    deps: undefined,
    logger: silentLogger,
  });
  await engine.start();
  const server = await serve(engine, options);
  return {
    ...server,
    async close() {
      await server.close();
      await engine.stop();
    },
  };
}

/** One more app on a running engine. Closing it does not stop the engine. */
export async function serve(engine: Engine, options: Partial<JobsPluginOptions> = {}): Promise<RestServer> {
  const app = fastify({ routerOptions: { maxParamLength: 128 } });
  await app.register(jobsPlugin, { prefix: '/api', engine, authorize: false, ...options });
  return { app, engine, close: () => app.close() };
}
