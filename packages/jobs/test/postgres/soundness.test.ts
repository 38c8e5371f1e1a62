import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Database } from '../../src/stores/postgres/connection/database.ts';
import { migrate } from '../../src/stores/postgres/migrate.ts';
import { GUARDS, NEVER, UNSOUND } from './soundness.ts';
import { type BareDatabase, createBareDatabase, createTestDatabase } from './test-database.ts';

/** For each table, one way to break each rule. */
const WRONG: { readonly [Table in keyof typeof NEVER]: Readonly<Record<string, string>> } = {
  jobs: {
    'has a version under 1': 'version = 0',
    'has no known status': "status = 'gone'",
    'ended in no known way': "last_run_at = 1, last_status = 'lost'",
    'has a negative count': 'skipped_count = -1',
    'has no known kind': "kind = 'weekly', interval = NULL, every_ms = NULL, mode = NULL",
    'has no known mode': "mode = 'now_and_then'",
    'has no known overlap': "overlap = 'wait'",
    'has no known catch-up': "catch_up = 'twice'",
    'has no known priority': "priority = 'normal'",
    'has no interval, timeout, expiry or attempts': 'every_ms = 0',
    'has what is not of its kind': 'every_ms = NULL',
    'is paused without a time, or the other way round': "status = 'paused', next_run_at = NULL",
    'tells of a pause that there is not': "pause_reason = 'so'",
    'is to run, and not active': "status = 'paused', paused_at = 1",
    'is finished, though its schedule has no end': "status = 'finished', next_run_at = NULL",
    'counts runs without max_runs': 'runs_made = 1',
    'is deleted and planned': 'deleted_at = 1',
    'has an end without a status, or the other way round': 'last_run_at = 1',
  },
  live_runs: {
    'has no known trigger': "trigger = 'luck'",
    'has no known status': "status = 'succeeded', node = 'n', fence = 1",
    'is held for no known reason': "held = 'because'",
    'was cancelled by no known one': "cancel = 'eve', node = 'n', fence = 1",
    'has a negative count': 'recoveries = -1',
    'has a slot without a schedule, or the other way round': 'scheduled_for = 5',
    'has missed nothing, from an instant on': 'missed_from = 1',
    'is claimed without a fence, or the other way round': "node = 'n'",
    'runs without a start, or the other way round': "status = 'running', node = 'n', fence = 1",
    'runs, or is to stop, and has no claim': "cancel = 'user'",
    'is claimed and held': "held = 'overlap', node = 'n', fence = 1",
  },
  runs: {
    'has no known trigger': "trigger = 'luck'",
    'has no known status': "status = 'running', reason = 'missed', trigger = 'schedule', scheduled_for = 1",
    'has a negative count': 'attempt = -1',
    'ended for a reason that is not of its status': "status = 'failed', reason = 'user'",
    'has a result, and has not succeeded': "status = 'failed', reason = 'error', result = '1'",
    'has a slot without a schedule, or the other way round': "trigger = 'schedule'",
    'has missed nothing, from an instant on': 'missed_from = 1',
  },
};

const ROWS = `INSERT INTO greenvue_jobs.job_types (type, version) VALUES ('noop', 1);
  INSERT INTO greenvue_jobs.jobs (uid, id, type_key, version, status, next_run_at, anchor_at, failed_in_row, created_at, updated_at, kind,
      interval, every_ms, mode, overlap, catch_up, timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor,
      backoff_jitter, name, description, payload)
    VALUES (1, 'a', 1, 1, 'active', 7, 0, 0, 0, 0, 'interval', '1h', 3600000, 'fixed_rate', 'skip', 'once', 1000, 3, 1, 1, 2, 0.1, 'A', '', '{}');
  INSERT INTO greenvue_jobs.live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
    VALUES (1, 1, 1, 'manual', false, 0, 0, 'no', 0);
  INSERT INTO greenvue_jobs.runs (id, job_uid, trigger, catch_up, missed, queued_at, status, attempt, recoveries, finished_at)
    VALUES (1, 1, 'manual', false, 0, 0, 'succeeded', 1, 0, 0);
  ALTER TABLE greenvue_jobs.runs DISABLE TRIGGER USER`;

const cases = Object.entries(WRONG).flatMap(([table, wrong]) =>
  Object.entries(wrong).map(([what, set]) => ({ table, what, set })),
);

describe('what no row may be', () => {
  let database: BareDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createBareDatabase(inject('postgresUrl'), 'soundness');
    const db = new Database({ url: database.url, max: 1 });
    await migrate(db);
    await db.close();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(ROWS);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Runs the statements and rolls them back. */
  const tried = async (...statements: readonly string[]): Promise<readonly unknown[]> => {
    await client.query('BEGIN');
    try {
      let rows: readonly unknown[] = [];
      for (const sql of statements) ({ rows } = await client.query(sql));
      return rows;
    } finally {
      await client.query('ROLLBACK');
    }
  };

  it('has a case each here, and rows as they should be are none of it', async () => {
    const names = (all: object) => Object.entries(all).map(([table, of]) => [table, Object.keys(of)]);
    expect(names(WRONG)).toEqual(names(NEVER));
    expect(await tried(GUARDS, UNSOUND)).toEqual([]);
  });

  it.each(cases)('$table: $what', async ({ table, what, set }) => {
    const write = `UPDATE greenvue_jobs.${table} SET ${set}`;
    expect(await tried(write, UNSOUND)).toContainEqual({ which: `${table} 1`, what });
    await expect(tried(GUARDS, write)).rejects.toMatchObject({ code: '23514' });
  });
});

it('the databases of tests refuse it, at first and once they were emptied', async () => {
  const database = await createTestDatabase(inject('postgresUrl'), 'guarded');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await database.drop();
  });
  for (const prepare of [() => undefined, database.empty]) {
    await prepare();
    await client.query(ROWS);
    await expect(client.query("UPDATE greenvue_jobs.live_runs SET node = 'n'")).rejects.toThrow(
      'is claimed without a fence',
    );
  }
});
