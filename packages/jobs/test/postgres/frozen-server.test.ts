import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createEngine, createSystemClock } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { createDatabase, startPostgres } from './server.ts';

const POLL = { timeout: 30_000, interval: 20 };

// Promise P9, lost nodes.
it('a node whose lease ends while it waits for a new connection leaves no connection behind', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = await createDatabase(server.url, 'app');
  const clock = createSystemClock();
  const errors: string[] = [];
  const note = (_: object, message: string) => void errors.push(message);
  const engine = createEngine({
    store: createPostgresStore({ url, clock }),
    clock,
    jobTypes: [],
    deps: {},
    concurrency: 0,
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: note },
  });
  onTestFinished(() => engine.stop());
  await engine.start();
  const client = new pg.Client({ connectionString: url });
  onTestFinished(() => client.end());
  await client.connect();
  const before = (await client.query(NODES)).rows[0]?.id;
  const pids = (await client.query<{ pid: number }>('SELECT pid FROM pg_stat_activity')).rows;
  const all = [server.pid, ...pids.map(({ pid }) => pid)];
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const pid of all) signalIfAlive(pid, name);
  };

  try {
    signal('SIGSTOP');
    await expect.poll(() => errors.join(), POLL).toContain('the lease of this node has expired');
  } finally {
    signal('SIGCONT');
  }
  // The node that it was before is buried, which takes a lease longer while somebody holds its lock.
  const others = async () => (await client.query(NODES)).rows.map(({ id }) => id === before);
  await expect.poll(others, { ...POLL, timeout: 10_000 }).toEqual([false]);
  await expect.poll(async () => (await client.query(CONTROL)).rows, POLL).toEqual([{ n: 1 }]);
}, 90_000);

function signalIfAlive(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const NODES = 'SELECT id FROM greenvue_jobs.nodes';
const CONTROL = `SELECT count(*)::integer AS n FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'greenvue-jobs-control'`;
