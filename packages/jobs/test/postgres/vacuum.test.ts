import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, inject, it, onTestFinished } from 'vitest';
import { createSystemClock } from '../../src/index.ts';
import { connect } from '../../src/stores/postgres/database.ts';
import { createPostgresStore } from '../../src/stores/postgres/index.ts';
import { vacuumPassed } from '../../src/stores/postgres/vacuum.ts';
import { SUCCEEDED } from '../store-contract/rig.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'), `vacuum_${randomUUID().slice(0, 8)}`);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
beforeEach(() => database.empty());
afterAll(async () => {
  await client.end();
  await database.drop();
});

const vacuumAs = async (url: string) => {
  const db = connect({ url, max: 1 });
  onTestFinished(() => db.close());
  await vacuumPassed(db);
};

const size = async () => {
  const { rows } = await client.query("SELECT pg_relation_size('greenvue_jobs.live_runs')::integer AS bytes");
  return rows[0].bytes;
};
/** How often each of the tables was vacuumed. */
const vacuums = async () => {
  const { rows } = await client.query(
    "SELECT vacuum_count::integer AS n FROM pg_stat_user_tables WHERE relname IN ('live_runs', 'job_wakes')",
  );
  return rows.map(({ n }) => n);
};
const insertRuns = (first: number) => client.query(INSERT_RUNS, [first, first + 999]);
const INSERT_RUNS = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
  SELECT id, 1, 1, 'manual', false, 0, 0, 'no', 0 FROM generate_series($1::bigint, $2::bigint) AS id`;

it('runs take the places of those that are gone, while others hold some', async () => {
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
  const store = createPostgresStore({ url: database.url, clock: createSystemClock() });
  await store.open();
  onTestFinished(() => store.close());
  const before = await vacuums();
  const settle = (count: number) =>
    store.settle(
      Array.from({ length: count }, (_, n) => ({
        runId: String(n + 1),
        fence: n + 1,
        outcome: SUCCEEDED,
        random: 0,
        finishedAt: Date.now(),
      })),
    );
  await settle(49_999);
  await settle(1);
  await expect.poll(vacuums).toEqual(before.map((n) => n + 1));
});

it('a role that may only write leaves it to the server', async () => {
  const role = `writer_${randomUUID().slice(0, 8)}`;
  await client.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA greenvue_jobs TO ${role};
    GRANT ALL ON ALL TABLES IN SCHEMA greenvue_jobs TO ${role}`);
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
