import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { z } from 'zod';
import { createEngine, type UntypedJobs } from '../../src/engine/engine.ts';
import { defineJobType, type JobContext } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/store.ts';
import { createSystemClock } from '../../src/system-clock.ts';
import { createTestDatabase, type KeptConnection, type TestDatabase } from './test-database.ts';

export type Handler = (ctx: JobContext<unknown>) => unknown;

export interface NodeOptions {
  readonly handler: Handler;
  readonly concurrency?: number;
  /** Receives the errors that the node logs. */
  readonly errors?: string[];
}

export interface TestNodes {
  /** The URL of the shared database. */
  url(): string;
  rows: KeptConnection['rows'];
  /** Starts a node in this process with threads and connections of its own. Stopped with the test. */
  start(options: NodeOptions): Promise<UntypedJobs>;
}

const work = defineJobType({
  type: 'work',
  module: import.meta.url,
  payload: z.strictObject({ order: z.int().default(0) }),
  run: async (ctx, deps: { readonly handler: Handler }) => deps.handler(ctx),
});

/** Nodes for the tests of a file, on a database that is empty at the start of each test. */
export function testNodes(prefix: string): TestNodes {
  const engines: UntypedJobs[] = [];
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'), prefix);
  });
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.stop()));
    await database.empty();
  });
  afterAll(() => database.drop());
  return {
    url: () => database.url,
    rows: (sql, values) => database.rows(sql, values),
    async start({ handler, concurrency = 10, errors = [] }) {
      const clock = createSystemClock();
      const engine = createEngine<{ readonly handler: Handler }>({
        store: createPostgresStore({ url: database.url, clock }),
        jobTypes: [work],
        deps: { handler },
        clock,
        concurrency,
        shutdownTimeoutMs: 2_000,
        logger: {
          debug: nothing,
          info: nothing,
          warn: nothing,
          error: (_, message) => void errors.push(message),
        },
      });
      engines.push(engine);
      await engine.start();
      return engine;
    },
  };
}

export const nothing = (): undefined => undefined;
/** A handler that ends on its signal, with the signal's reason. */
export const untilStopped: Handler = (ctx) =>
  new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason)));
export const ON_DEMAND = { id: 'a', name: 'A', type: 'work', onDemand: true, overlap: 'allow' } as const;
