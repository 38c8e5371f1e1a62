import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { migrate } from '../../src/stores/postgres/migrate.ts';
import { READS, runRead } from '../../src/stores/postgres/postgres-reads.ts';
import { createBareDatabase } from './test-database.ts';

const FOLDER = new URL('../../src/stores/postgres/migrations/', import.meta.url);

/** Creates the schema as of an earlier version, with this many migrations, and a job type. */
async function schemaOf(client: pg.Client, migrations: number): Promise<void> {
  const files = readdirSync(FOLDER).sort().slice(0, migrations);
  await client.query(
    'CREATE SCHEMA greenvue_jobs; CREATE TABLE greenvue_jobs.schema_version (one boolean PRIMARY KEY CHECK (one), version integer NOT NULL)',
  );
  for (const file of files) await client.query(readFileSync(new URL(file, FOLDER), 'utf8'));
  await client.query('INSERT INTO greenvue_jobs.schema_version VALUES (true, $1)', [files.length]);
  await client.query("INSERT INTO greenvue_jobs.job_types (type, version) VALUES ('noop', 1)");
}

/** A database of its own whose schema has this many migrations. */
async function databaseAt(migrations: number): Promise<{ readonly url: string; readonly client: pg.Client }> {
  const { url, drop } = await createBareDatabase(inject('postgresUrl'), 'migrating');
  onTestFinished(drop);
  const client = await open(url);
  await schemaOf(client, migrations);
  return { url, client };
}

/** Migrates the schema, and returns the database that did it. */
async function migrated(url: string): Promise<Database> {
  const db = new Database({ url, max: 1 });
  onTestFinished(() => db.close());
  await migrate(db);
  return db;
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Starts a node of this version and waits until a lock blocks its migration. `observer`: another client. */
async function beginToMigrate(
  url: string,
): Promise<{ readonly migrated: Promise<void>; readonly observer: pg.Client }> {
  const db = new Database({ url: url, max: 1 });
  onTestFinished(() => db.close());
  const migrated = migrate(db);
  const observer = await open(url);
  await expect
    .poll(async () => (await observer.query('SELECT FROM pg_locks WHERE NOT granted')).rows.length)
    .toBeGreaterThan(0);
  return { migrated, observer };
}

/** How a node of the earlier version writes a job. */
const INSERT = `INSERT INTO greenvue_jobs.jobs (uid, id, type_key, version, status, wake_at, next_run_at, anchor_at, failed_in_row,
    created_at, updated_at, kind, interval, every_ms, mode, overlap, catch_up, timeout_ms, max_attempts, backoff_initial_ms,
    backoff_max_ms, backoff_factor, backoff_jitter, name, description, payload)
  VALUES (1, 'a', 1, 1, 'active', 7, 7, 0, 0, 0, 0, 'interval', '1h', 3600000, 'fixed_rate', 'skip', 'once', 1000, 3, 1, 1, 2, 0.1,
    'A', '', '{}')`;

// Promise P4, stored next run.
test('jobs that a node of the version before writes during and after the migration get their wakes', async () => {
  const { url, client: before } = await databaseAt(2);
  await before.query('BEGIN');
  await before.query(INSERT);

  const { migrated, observer } = await beginToMigrate(url);
  await before.query('COMMIT');
  await migrated;
  const wakes = () =>
    observer.query('SELECT job_uid, wake_at FROM greenvue_jobs.job_wakes').then(({ rows }) => rows);
  expect(await wakes()).toEqual([{ job_uid: '1', wake_at: '7' }]);
  // A later write of that node.
  await before.query('UPDATE greenvue_jobs.jobs SET wake_at = 9, next_run_at = 9');
  expect(await wakes()).toEqual([{ job_uid: '1', wake_at: '9' }]);
  await before.query('DELETE FROM greenvue_jobs.jobs');
  expect(await wakes()).toEqual([]);
});

// Promises P33, calendars and ends; P22, types and deploys.
test('jobs that a node of the version before writes during and after the migration have no end', async () => {
  const { url, client: before } = await databaseAt(27);
  await before.query('BEGIN');
  await before.query(INSERT);
  const { migrated, observer } = await beginToMigrate(url);
  await before.query('COMMIT');
  await migrated;
  await before.query("UPDATE greenvue_jobs.jobs SET wake_at = 9, next_run_at = 9, name = 'B'");
  const { rows } = await observer.query(
    'SELECT name, end_at, max_runs, runs_made, spread_ms, next_slot_at FROM greenvue_jobs.jobs',
  );
  expect(rows).toEqual([
    { name: 'B', end_at: null, max_runs: null, runs_made: null, spread_ms: null, next_slot_at: null },
  ]);
});

const INSERT_RUN = `INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
  VALUES (1, 1, 1, 'manual', false, 0, 0, 'no', 0)`;

const READ_JOBS = 'SELECT FROM greenvue_jobs.jobs';

// Promise P22, types and deploys.
test.each([
  ['runs and then jobs', INSERT_RUN, READ_JOBS],
  ['jobs and then runs', READ_JOBS, INSERT_RUN],
])(
  'a transaction of the version before that locks %s commits during the migration, without traces',
  async (_what, first, second) => {
    const { url, client: before } = await databaseAt(4);
    await before.query(INSERT);
    await before.query('BEGIN');
    await before.query(first);
    const { migrated, observer } = await beginToMigrate(url);
    await before.query(second);
    await before.query('COMMIT');
    await migrated;
    const { rows } = await observer.query(
      'SELECT jobs.trace AS job, live_runs.trace AS run FROM greenvue_jobs.jobs JOIN greenvue_jobs.live_runs ON job_uid = uid',
    );
    expect(rows).toEqual([{ job: null, run: null }]);
    const { rows: deadlocks } = await observer.query(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).toEqual([{ deadlocks: '0' }]);
  },
);

// Promise P22, types and deploys.
test('statements behind a waiting migration are answered soon, so that nodes keep their leases', async () => {
  const { url, client: reader } = await databaseAt(7);
  await reader.query('BEGIN');
  await reader.query('SELECT FROM greenvue_jobs.live_runs');
  const { migrated, observer } = await beginToMigrate(url);
  // A reader continues while the migration waits.
  await observer.query('SELECT FROM greenvue_jobs.live_runs');
  await reader.query('COMMIT');
  await migrated;
});

test('a statement_timeout of the database bounds no migration', async () => {
  const { url, client: other } = await databaseAt(2);
  // For later connections.
  await other.query(
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 500', current_database()); END $$`,
  );
  await other.query('BEGIN');
  await other.query('LOCK TABLE greenvue_jobs.jobs IN SHARE MODE');
  const { migrated, observer } = await beginToMigrate(url);
  const waitsForLong = () =>
    observer.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '700 ms'",
    );
  await expect.poll(async () => (await waitsForLong()).rows.length).toBe(1);
  await other.query('COMMIT');
  await migrated;
});

// Promise P22, types and deploys.
test('runs of the version before are found by the id of their job, also when it was deleted', async () => {
  const { url, client } = await databaseAt(6);
  await client.query(INSERT);
  await client.query('UPDATE greenvue_jobs.jobs SET deleted_at = 5, wake_at = NULL, next_run_at = NULL');
  await client.query(INSERT.replace('VALUES (1,', 'VALUES (2,'));
  await client.query(INSERT_RUN);
  const db = await migrated(url);

  const page = await runRead(db, READS.listRuns({ jobId: 'a', limit: 10 }));
  expect(page.rows.map(({ run, jobId }) => [run.id, run.jobUid, jobId])).toEqual([['1', '1', 'a']]);
  const { rows: checks } = await client.query(
    "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text ~ '^greenvue_jobs.(jobs|live_runs|runs)$' ORDER BY 1",
  );
  expect(checks).toEqual([{ conname: 'jobs_max_attempts_check' }, { conname: 'jobs_timeout_ms_check' }]);
});
