import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createEngine, createSystemClock } from '../../src/index.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { silentLogger } from '../silent-logger.ts';
import { createDatabase, startPostgres } from './server.ts';
import { queryDatabase } from './test-database.ts';

const LEASE_MS = 15_000;
const POLL = { timeout: 30_000, interval: 50 };

it('for one lease after a crashed backend restarts the server, no node is declared dead', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = await createDatabase(server.url, 'app');
  const clock = createSystemClock();
  const engine = createEngine({
    store: createPostgresStore({ url, clock }),
    clock,
    jobTypes: [],
    deps: {},
    concurrency: 0,
    logger: silentLogger,
  });
  onTestFinished(() => engine.stop());
  await engine.start();
  await expect.poll(async () => (await queryDatabase(url, UP_FOR_A_LEASE))[0], POLL).toEqual({ is_up: true });

  // The server ends all of its connections, and begins anew in the same process.
  await crashOne(url);
  const crashedAt = performance.now();
  await expect.poll(() => queryDatabase(url, DEAD_NODE).catch(() => undefined), POLL).toBeDefined();
  const isThere = async () =>
    (await queryDatabase(url, "SELECT FROM greenvue_jobs.nodes WHERE id = 'dead'")).length;
  await expect.poll(isThere, POLL).toBe(0);
  expect(performance.now() - crashedAt).toBeGreaterThan(LEASE_MS - 2_000);
}, 90_000);

async function crashOne(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  const gone = new Promise((resolve) => void client.once('error', resolve));
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0]?.pid ?? Number.NaN, 'SIGKILL');
  await gone;
}

const UP_FOR_A_LEASE = `SELECT clock_timestamp() - pg_postmaster_start_time() > '${LEASE_MS + 1_000} ms' AS is_up`;
const DEAD_NODE = `INSERT INTO greenvue_jobs.nodes
    (id, version, places, types, started_at, beat_at, lease_until, holds_lock, state)
  VALUES ('dead', '', 1, '{}', 0, 0, 0, true, '{}')`;
