import pg from 'pg';
import { expect } from 'vitest';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import type { Run } from '../../src/index.ts';
import { type Handler, nothing, type TestNodes } from './test-nodes.ts';

export const FREE = { id: 'free', name: 'Free', type: 'work', onDemand: true, overlap: 'allow' } as const;
export const SINGLE = { id: 'single', name: 'Single', type: 'work', onDemand: true } as const;
/** Longer than a caller waits for a lock. */
const BUSY_AFTER_MS = { atLeast: 1_900, atMost: 5_000 };

/** A node, and callers with transactions of their own in its database. */
export interface Callers {
  engine: UntypedJobs;
  /** The handler of every run; it does nothing by default. */
  handler: Handler;
  startNode(concurrency?: number): Promise<UntypedJobs>;
  /** Opens a caller's connection, with `pg`'s default parsers, in a transaction. */
  begin(how?: string): Promise<pg.Client>;
  sql(text: string): Promise<void>;
  orders(): Promise<readonly unknown[]>;
  runsOf(jobId: string): Promise<readonly Run[]>;
  statusOf(runId: string): Promise<Run['status']>;
  /** The statements in this database that wait for a lock. */
  blocked(): Promise<unknown>;
  close(): Promise<void>;
}

export async function createCallers(nodes: TestNodes): Promise<Callers> {
  const clients: pg.Client[] = [];
  const connect = async () => {
    const client = new pg.Client({ connectionString: nodes.url() });
    client.on('error', nothing);
    await client.connect();
    return client;
  };
  const { rows } = nodes;
  const startNode = (concurrency = 10) =>
    nodes.start({ handler: (ctx) => callers.handler(ctx), concurrency });
  const callers: Callers = {
    engine: await startNode(),
    handler: nothing,
    startNode,
    async begin(how = '') {
      const client = await connect();
      clients.push(client);
      await client.query(`BEGIN ${how}`);
      return client;
    },
    async sql(text) {
      await rows(text);
    },
    orders: async () => (await rows('SELECT id FROM orders ORDER BY id')).map(({ id }) => id),
    runsOf: async (jobId) =>
      (await callers.engine.listRuns({ jobId, limit: 100 })).rows.map(({ run }) => run).reverse(),
    statusOf: async (runId) => (await callers.engine.getRun(runId)).run.status,
    blocked: async () => (await rows(BLOCKED))[0]?.n,
    async close() {
      await Promise.all(clients.map((client) => client.end()));
    },
  };
  await callers.sql('CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY); TRUNCATE orders');
  return callers;
}

const BLOCKED = `SELECT count(*)::integer AS n FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** Writes the caller's own row, which must be committed together with the run. */
export async function order(tx: pg.Client, id: number): Promise<void> {
  await tx.query('INSERT INTO orders VALUES ($1)', [id]);
}

export async function busyIn(asked: Promise<unknown>): Promise<void> {
  const since = performance.now();
  await expect(asked).rejects.toMatchObject({ code: 'busy' });
  const took = performance.now() - since;
  expect(took).toBeGreaterThan(BUSY_AFTER_MS.atLeast);
  expect(took).toBeLessThan(BUSY_AFTER_MS.atMost);
}
