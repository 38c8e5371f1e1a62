import { z } from 'zod';
import { createEngine, createSystemClock, defineJobType, type Engine } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { silentLogger } from '../silent-logger.ts';

/** The job type of `node-child.ts`. An engine without places never runs it. */
const hold = defineJobType({
  type: 'hold',
  module: import.meta.url,
  payload: z.strictObject({ blockMs: z.int().default(0), ignores: z.boolean().default(false) }),
  run: async () => undefined,
});

/** Starts an engine without places, which makes jobs and runs for the nodes of `node-child.ts`. */
export async function startHoldApi(url: string): Promise<Engine> {
  const engine = createEngine({
    store: createPostgresStore({ url, clock: createSystemClock() }),
    jobTypes: [hold],
    deps: {},
    concurrency: 0,
    logger: silentLogger,
  });
  await engine.start();
  return engine;
}
