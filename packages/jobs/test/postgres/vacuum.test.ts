import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, inject, it, onTestFinished } from 'vitest';

import { Database } from '../../src/stores/postgres/connection/database.ts';
import { postgres } from '../../src/stores/postgres/index.ts';
import { vacuumPassed } from '../../src/stores/postgres/upkeep/vacuum.ts';
import { SUCCEEDED } from '../store-contract/rig.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), 'vacuum');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // The server's own vacuum would interfere.
  for (const table of ['live_runs', 'job_wakes'])
    await client.query(`ALTER TABLE greenvue_jobs.${table} SET (autovacuum_enabled = off)`);
});
beforeEach(() => database.empty());
afterAll(async () => {
  await client.end();
  await database.drop();
});

const vacuumAs = async (url: string) => {
  const db = new Database({ url, max: 1 });
  onTestFinished(() => db.close());
  await vacuumPassed(db);
};

const size = async () => {
  const { rows } = await client.query("SELECT pg_relation_size('greenvue_jobs.live_runs')::integer AS bytes");
  return rows[0].bytes;
};
const vacuums = async () => {
  const { rows } = await client.query(
    "SELECT vacuum_count::integer AS n FROM pg_stat_user_tables WHERE relname IN ('live_runs', 'job_wakes') ORDER BY relname",
  );
  return rows.map(({ n }) => n);
};
const stale = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    runId: String(n + 1),
    fence: n + 1,
    outcome: SUCCEEDED,
    random: 0,
    finishedAt: Date.now(),
  }));
const VACUUMING =
  "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'VACUUM%' AND state = 'active'";
const isVacuuming = async () => (await client.query(VACUUMING)).rows.length > 0;
const STOP = `SELECT pg_terminate_backend(pid) FROM (${VACUUMING}) AS vacuuming`;
const insertRuns = (first: number) => client.query(INSERT_RUNS, [first, first + 999]);
const INSERT_RUNS = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
  SELECT id, 1, 1, 'manual', false, 0, 0, 'no', 0 FROM generate_series($1::bigint, $2::bigint) AS id`;

it('new runs reuse the space of deleted ones, while other rows are locked', async () => {
  await insertRuns(1);
  const before = await size();
  await client.query('DELETE FROM greenvue_jobs.live_runs WHERE id > 10');
  await client.query('BEGIN; SELECT FROM greenvue_jobs.live_runs FOR UPDATE');
  await vacuumAs(database.url);
  await client.query('COMMIT');
  await insertRuns(1_001);
  expect(await size()).toBeLessThan(before * 1.2);
});

it('a store does so once it has settled many', async () => {
  const store = postgres(database.url);
  await store.open();
  onTestFinished(() => store.close());
  const before = await vacuums();
  await store.settle(stale(49_999));
  await store.settle(stale(1));
  await expect.poll(vacuums).toEqual(before.map((n) => n + 1));
});

it('a close does not wait for it', async () => {
  const store = postgres(database.url);
  await store.open();
  onTestFinished(() => store.close());
  await insertRuns(1);
  await client.query('DELETE FROM greenvue_jobs.live_runs');
  // A tenth of a second for each page.
  const name = new URL(database.url).pathname.slice(1);
  await client.query(`ALTER DATABASE ${name} SET vacuum_cost_delay = '100ms'`);
  await client.query(`ALTER DATABASE ${name} SET vacuum_cost_limit = 1`);
  onTestFinished(async () => {
    await client.query(`ALTER DATABASE ${name} RESET ALL`);
    await client.query(STOP);
  });
  await store.settle(stale(50_000));
  await expect.poll(isVacuuming).toBe(true);
  const since = performance.now();
  await store.close();
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(await isVacuuming()).toBe(true);
});

it('a node skips it while another node does it', async () => {
  const before = await vacuums();
  const other = new pg.Client({ connectionString: database.url });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query('BEGIN; LOCK TABLE greenvue_jobs.live_runs IN SHARE UPDATE EXCLUSIVE MODE');
  await vacuumAs(database.url);
  expect(await vacuums()).toEqual(before);
});

it('a role that does not own the tables leaves it to the server', async () => {
  const role = `writer_${randomUUID().slice(0, 8)}`;
  await client.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA greenvue_jobs TO ${role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA greenvue_jobs TO ${role}`);
  onTestFinished(async () => {
    await client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
  const url = new URL(database.url);
  url.username = role;
  const before = await vacuums();
  await vacuumAs(url.href);
  expect(await vacuums()).toEqual(before);
  await vacuumAs(database.url);
  await expect.poll(vacuums).toEqual(before.map((n) => n + 1));
});
