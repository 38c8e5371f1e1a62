import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, createSystemClock, defineJobType, type Engine } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';
import { createDatabase, type PostgresServer, type StopMode, startPostgres } from './server.ts';

const POLL = { timeout: 30_000, interval: 20 };

/** As in `node-child.ts`; this process runs none of them. */
const hold = defineJobType({
  type: 'hold',
  module: import.meta.url,
  payload: z.strictObject({ blockMs: z.int().default(0), ignores: z.boolean().default(false) }),
  run: async () => undefined,
});

let server: PostgresServer;
let url: string;
let api: Engine;
let node: NodeProcess;

beforeAll(async () => {
  server = await startPostgres();
  url = await createDatabase(server.url, 'app');
  api = createEngine({
    store: createPostgresStore({ url, clock: createSystemClock() }),
    jobTypes: [hold],
    deps: {},
    concurrency: 0,
    logger: silentLogger,
  });
  await api.start();
  node = await startNodeProcess(url);
}, 60_000);

afterAll(async () => {
  node?.signal('SIGKILL');
  await node?.ended;
  await api?.stop();
  await server?.stop();
}, 60_000);

async function ask(sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('section 7: a server that says that it restarts stops no handler, though no connection can be made meanwhile', () => {
  const modes: readonly StopMode[] = ['fast', 'immediate'];
  it('when it restarts in order, and as in a crash', async () => {
    await api.createJob({ id: 'job', name: 'Job', type: 'hold', onDemand: true });
    const { run } = (await api.trigger('job')).view;
    await expect.poll(() => node.has(`started ${run.id}`), POLL).toBe(true);
    for (const mode of modes) {
      await server.restart(mode);
      // Both nodes hold their locks again.
      await expect.poll(() => ask(LOCKS).catch(() => undefined), POLL).toEqual([{ n: 2 }]);
    }
    expect(node.has('stopped')).toBe(false);
    // That the handler has started is written within 100 ms, or, where the restart came before that, a second
    // later.
    await expect
      .poll(async () => (await api.getRun(run.id)).run, POLL)
      .toMatchObject({ status: 'running', recoveries: 0, failures: 0 });
  }, 60_000);
});

const LOCKS = `SELECT count(*)::integer AS n FROM pg_locks JOIN pg_database ON pg_database.oid = database
  WHERE locktype = 'advisory' AND datname = current_database()`;
