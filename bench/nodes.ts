// One, two and three nodes on one PostgreSQL, all on the same cores: 40,000 queued no-op runs of 100 and of
// 10,000 jobs, each settled separately and durable. The result is the throughput of several nodes as a share
// of one node's.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../packages/jobs/test/postgres/server.ts';
import { count, median, row, sleep } from './support/measure.ts';
import { queueRunsOnPostgres } from './support/postgres-runs.ts';

const TOTAL = 40_000;
const REPEATS = 5;
const LEFT = 'SELECT count(*)::integer AS runs FROM greenvue_jobs.live_runs';
const THERE = 'SELECT count(*)::integer AS nodes FROM greenvue_jobs.nodes';
const NODES = [1, 2, 3];

const server = await startPostgres({ settings: { fsync: 'on', full_page_writes: 'on' } });
for (const jobs of [100, 10_000]) await compare(server, jobs);
await server.stop();

async function compare(on: PostgresServer, jobs: number): Promise<void> {
  const filled = `filled_${jobs}`;
  await queueRunsOnPostgres(await on.createDatabase(filled), { jobs, runsOfEach: TOTAL / jobs });
  const rates = NODES.map((): number[] => []);
  // In turn, so that all see the same changes of the machine's speed.
  for (let n = 0; n < REPEATS; n++) {
    for (const [which, nodes] of NODES.entries()) rates[which]?.push(await drain(on, { filled, nodes }));
  }
  const alone = median(rates[0] ?? []);
  row(
    `drain of ${count(TOTAL)} no-op runs of ${count(jobs)} jobs on PostgreSQL, runs/s`,
    ...rates.map(
      (all, which) =>
        `${NODES[which]} nodes: median ${count(median(all))}, from ${count(Math.min(...all))} to ${count(Math.max(...all))}; ${(median(all) / alone).toFixed(2)} of one`,
    ),
  );
}

/**
 * Runs per second on a copy of the database, from when all nodes are ready until every run is in the history.
 */
async function drain(
  on: PostgresServer,
  { filled, nodes }: { filled: string; nodes: number },
): Promise<number> {
  const copy = `drain_${process.hrtime.bigint()}`;
  await withClient(on.url, (client) => client.query(`CREATE DATABASE ${copy} TEMPLATE ${filled}`));
  const url = new URL(on.url);
  url.pathname = copy;
  return withClient(url.href, async (client) => {
    await client.query('VACUUM ANALYZE');
    const children = await Promise.all(Array.from({ length: nodes }, () => bootNode(url.href)));
    for (const child of children) child.send('start');
    while ((await client.query(THERE)).rows[0].nodes < nodes) await sleep(5);
    const left = async (): Promise<number> => (await client.query(LEFT)).rows[0].runs;
    const runs = await left();
    const begin = performance.now();
    while ((await left()) > 0) await sleep(20);
    const took = performance.now() - begin;
    await Promise.all(children.map(endNode));
    return runs / (took / 1_000);
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** A process that has loaded everything and waits for the start. */
async function bootNode(url: string): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'support', 'nodes-child.ts'), [url]);
  await once(child, 'message');
  return child;
}

async function endNode(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.send('stop');
  await ended;
}
