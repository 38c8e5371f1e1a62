import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { REASONS } from '../../core/model/run.ts';
import { type Database, openForWriting } from './database.ts';
import { migrate } from './migrate.ts';
import { STATUS } from './rows/codes.ts';

let folder: string;
let db: Database;

const A_JOB = `
  INSERT INTO job_types (key, type, version) VALUES (1, 'noop', 1);
  INSERT INTO jobs (uid, id, type_key, version, status, anchor_at, failed_in_row, created_at, updated_at, kind, overlap,
    catch_up, timeout_ms, max_attempts, backoff_initial_ms, backoff_max_ms, backoff_factor, backoff_jitter, name,
    description, payload)
  VALUES (7, 'a', 1, 1, 'active', 0, 0, 0, 0, 'on_demand', 'skip', 'once', 1, 1, 1, 1, 1, 0, 'A', '', '{}');`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migrate-'));
  db = openForWriting(join(folder, 'jobs.db'));
  migrate(db);
  db.exec(A_JOB);
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** A queued run with some columns changed. */
function liveRun(columns: Readonly<Record<string, number | string | null>>): () => void {
  const row = {
    id: 1,
    job_uid: 7,
    type_key: 1,
    trigger: 1,
    catch_up: 0,
    missed: 0,
    queued_at: 0,
    held: 0,
    available_at: 0,
    ...columns,
  };
  return insertInto('live_runs', row);
}

function finishedRun(columns: Readonly<Record<string, number | string | null>>): () => void {
  const row = {
    id: 1,
    job_uid: 7,
    trigger: 1,
    catch_up: 0,
    missed: 0,
    queued_at: 0,
    status: 2,
    attempt: 1,
    recoveries: 0,
    finished_at: 0,
    ...columns,
  };
  return insertInto('runs', row);
}

function insertInto(table: string, row: Readonly<Record<string, number | string | null>>): () => void {
  const names = Object.keys(row);
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  return () => db.statement(sql).run(...Object.values(row));
}

describe('the schema', () => {
  it('is brought up to date once', () => {
    migrate(db);
    expect(db.statement('PRAGMA user_version').get()).toEqual({ user_version: 30 });
  });

  /** A database of an earlier version, with these migrations, a job and a live run. */
  const oldDatabase = (migrations: readonly string[]): Database => {
    const old = openForWriting(join(folder, 'old.db'));
    old.protectSchema(false);
    for (const name of migrations) {
      old.exec(readFileSync(new URL(`./migrations/${name}`, import.meta.url), 'utf8'));
    }
    old.protectSchema(true);
    old.exec(`PRAGMA user_version = ${migrations.length}; ${A_JOB}
      INSERT INTO live_runs (id, job_uid, type_key, trigger, catch_up, missed, queued_at, held, available_at)
      VALUES (1, 7, 1, 1, 0, 0, 0, 0, 0)`);
    onTestFinished(() => old.close());
    return old;
  };

  it('keeps what older versions have written, which has no traces', () => {
    const old = oldDatabase(['0001-jobs-and-runs.sql']);
    migrate(old);
    const traces =
      'SELECT jobs.trace AS job, live_runs.trace AS run FROM jobs JOIN live_runs ON job_uid = uid';
    expect(old.statement(traces).all()).toEqual([{ job: null, run: null }]);
    expect(old.statement('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  });

  it('keeps every column of the jobs, and the rows that refer to them, when it recreates their table', () => {
    const old = oldDatabase(['0001-jobs-and-runs.sql', '0002-traces.sql']);
    for (const uid of [8, 9, 10]) {
      old.exec(`CREATE TEMP TABLE copy AS SELECT * FROM jobs WHERE uid = 7;
        UPDATE temp.copy SET uid = ${uid}, id = 'job-${uid}'; INSERT INTO jobs SELECT * FROM temp.copy; DROP TABLE temp.copy`);
    }
    // A distinct value in each column that takes any value; then columns that only some jobs have.
    const any = `last_slot_at last_run_at last_success_at last_end_at failed_in_row failing_since finished_count skipped_count
      created_by trace anchor_at created_at updated_at timeout_ms max_attempts backoff_initial_ms backoff_max_ms backoff_factor
      backoff_jitter version name description payload`;
    const set = any.split(/\s+/).map((column, n) => `${column} = ${n + 1}`);
    old.exec(`UPDATE jobs SET last_status = 'failed', ${set.join(', ')};
      UPDATE jobs SET kind = 'interval', mode = 'fixed_rate', interval = '51', every_ms = 52, start_at = 53, wake_at = 54, next_run_at = 55
        WHERE uid = 7;
      UPDATE jobs SET kind = 'cron', cron = '61', timezone = '62', status = 'paused', paused_at = 63, pause_reason = '64',
        paused_by = '65', pause_until = 66, overlap = 'queue', catch_up = 'skip', wake_at = 67 WHERE uid = 8;
      UPDATE jobs SET kind = 'run_at', run_at = 71, status = 'finished', overlap = 'allow', catch_up = 'all', last_status = 'cancelled'
        WHERE uid = 9;
      UPDATE jobs SET deleted_at = 81, last_status = 'succeeded' WHERE uid = 10`);
    const jobs = () => old.statement('SELECT * FROM jobs ORDER BY uid').all();
    const before = jobs();
    migrate(old);
    expect(before).toHaveLength(4);
    expect(jobs()).toMatchObject(before);
    expect(old.statement('PRAGMA foreign_key_check').all()).toEqual([]);
    expect(() => old.exec('DELETE FROM jobs WHERE uid = 7')).toThrow(/FOREIGN KEY/);
  });

  // Promise P33, calendars and ends.
  it('lets a job with slots finish, if its schedule ends', () => {
    const folder = new URL('./migrations/', import.meta.url);
    const old = oldDatabase(readdirSync(folder).sort().slice(0, 18));
    const jobs = () => old.statement('SELECT * FROM jobs').all();
    const before = jobs();
    migrate(old);
    expect(jobs()).toMatchObject(before);
    const every = "kind = 'interval', mode = 'fixed_rate', interval = '1h', every_ms = 3600000";
    const finish = (end: string) =>
      old.exec(`UPDATE jobs SET ${every}, status = 'finished', wake_at = NULL, next_run_at = NULL, ${end}`);
    finish('end_at = 5, max_runs = NULL, runs_made = NULL');
    finish('end_at = NULL, max_runs = 1, runs_made = 1');
    expect(() => finish('end_at = NULL, max_runs = NULL, runs_made = NULL')).toThrow(/constraint/);
    expect(() => finish('end_at = 5, max_runs = NULL, runs_made = 1')).toThrow(/constraint/);
    expect(() => finish('end_at = 5, next_slot_at = 5')).toThrow(/constraint/);
    expect(old.statement('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(old.statement('PRAGMA writable_schema').get()).toEqual({ writable_schema: 0 });
  });

  // Promise P2, schedule.
  it('has room for recurrence rules, and for nothing else of another kind', () => {
    const folder = new URL('./migrations/', import.meta.url);
    const old = oldDatabase(readdirSync(folder).sort().slice(0, 22));
    const jobs = () => old.statement('SELECT * FROM jobs').all();
    const before = jobs();
    migrate(old);
    expect(jobs()).toMatchObject(before);
    const set = (fields: string) =>
      old.exec(
        `UPDATE jobs SET interval = NULL, every_ms = NULL, mode = NULL, cron = NULL, rrule = NULL, timezone = NULL, ${fields}`,
      );
    set("kind = 'rrule', rrule = 'FREQ=DAILY', timezone = 'UTC', start_at = 5");
    set("kind = 'cron', cron = '0 3 * * *', timezone = 'UTC'");
    expect(() => set("kind = 'rrule', timezone = 'UTC'")).toThrow(/constraint/);
    expect(() => set("kind = 'rrule', rrule = 'FREQ=DAILY'")).toThrow(/constraint/);
    expect(() => set("kind = 'cron', cron = '0 3 * * *', rrule = 'FREQ=DAILY', timezone = 'UTC'")).toThrow(
      /constraint/,
    );
    expect(() => set("kind = 'weekly', timezone = 'UTC'")).toThrow(/constraint/);
    expect(old.statement('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  });

  it('stays as it was when a migration fails', () => {
    const old = oldDatabase(['0001-jobs-and-runs.sql', '0002-traces.sql']);
    // The migration fails after it has dropped the old table.
    old.exec('CREATE TABLE jobs_id_before (in_the_way)');
    const schema = () => old.statement('SELECT * FROM sqlite_schema ORDER BY name').all();
    const before = schema();
    expect(() => migrate(old)).toThrow(/jobs_id_before/);
    expect(old.isInTransaction()).toBe(false);
    expect(schema()).toEqual(before);
    expect(old.statement('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    expect(old.statement('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
    expect(old.statement('SELECT uid FROM jobs').all()).toEqual([{ uid: 7 }]);
    old.exec('DROP TABLE jobs_id_before');
    migrate(old);
    expect(old.statement('SELECT uid FROM jobs').all()).toEqual([{ uid: 7 }]);
  });

  it('lists at most two values in a check: for three, SQLite builds a table at each write', () => {
    const tables = db.statement("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all();
    const lists = tables.flatMap(({ name, sql }) =>
      Array.from(String(sql).matchAll(/ IN \(([^)]*)\)/g), ([, list = '']) => ({ name, list })),
    );
    expect(lists.filter(({ list }) => list.split(',').length > 2)).toEqual([]);
  });

  it('is durable: WAL, every commit flushed', () => {
    expect(db.statement('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.statement('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  });

  // Promise P5, one run per slot.
  it('has no room for two live runs of one slot', () => {
    liveRun({ trigger: 0, scheduled_for: 5 })();
    expect(liveRun({ id: 2, trigger: 0, scheduled_for: 5 })).toThrow(/UNIQUE/);
    liveRun({ id: 3, trigger: 0, scheduled_for: 6 })();
  });

  it.each([
    ['running without a start', { status: 1, node: 1, fence: 1 }],
    ['running without a claim', { status: 1, started_at: 1 }],
    ['claimed without a fence', { node: 1 }],
    ['claimed and held', { node: 1, fence: 1, held: 1 }],
    ['asked to stop, but claimed by nobody', { cancel: 6 }],
    ['scheduled without a slot', { trigger: 0 }],
    ['by hand with a slot', { scheduled_for: 5 }],
    ['of no job', { job_uid: 8 }],
    ['held for no known reason', { held: 4 }],
  ])('a live run is never %s', (_, columns) => {
    expect(liveRun(columns)).toThrow(/constraint/);
  });

  it.each([
    ['queued', { status: 0 }],
    ['succeeded for a reason', { status: 2, reason: 2 }],
    ['failed for none', { status: 3 }],
    ['failed for a cancel', { status: 3, reason: 6 }],
    ['cancelled for an error', { status: 4, reason: 2 }],
    ['failed with a result', { status: 3, reason: 2, result: '1' }],
    ['skipped without a slot', { status: 5, reason: 0 }],
    ['skipped and started', { status: 5, reason: 0, trigger: 0, scheduled_for: 5, started_at: 1 }],
  ])('a finished run is never %s', (_, columns) => {
    expect(finishedRun(columns)).toThrow(/constraint/);
  });

  it.each([
    ['failed', { ...REASONS.failed, newer: 399 }],
    ['cancelled', { ...REASONS.cancelled, newer: 499 }],
    ['skipped', { ...REASONS.skipped, newer: 599 }],
  ] as const)('a %s run has a reason of that status, today’s or a newer one', (status, codes) => {
    const inSlot = { trigger: 0, scheduled_for: 5 };
    for (const reason of Object.values(codes)) {
      for (const other of [STATUS.failed, STATUS.cancelled, STATUS.skipped]) {
        const insert = finishedRun({ id: reason, status: other, reason, ...inSlot });
        if (other === STATUS[status]) insert();
        else expect(insert).toThrow(/constraint/);
      }
    }
  });

  it('a claimed run is asked to stop for a reason of cancelled runs, today’s or a newer one', () => {
    const asked = (cancel: number) => liveRun({ id: cancel, cancel, node: 1, fence: 1 });
    for (const code of [...Object.values(REASONS.cancelled), 499]) asked(code)();
    for (const code of [...Object.values(REASONS.failed), 399, 599])
      expect(asked(code)).toThrow(/constraint/);
  });

  it('a finished run never changes', () => {
    finishedRun({})();
    expect(() => db.exec('UPDATE runs SET attempt = 2')).toThrow(/never changes/);
  });

  it('the audit log is append-only', () => {
    db.exec("INSERT INTO audit (at, actor, action, target, change) VALUES (1, 'ada', 'x', 'a', '{}')");
    expect(() => db.exec("UPDATE audit SET actor = 'eve'")).toThrow(/append-only/);
    expect(() => db.exec('DELETE FROM audit')).toThrow(/append-only/);
  });

  it.each([
    ['paused without a time', "status = 'paused'"],
    ['paused with a next run', "status = 'paused', paused_at = 1, next_run_at = 5"],
    ['deleted and planned', 'deleted_at = 1, wake_at = 5'],
    ['an interval without a length', "kind = 'interval', interval = '1s', mode = 'fixed_rate'"],
    ['on demand and at an instant', 'run_at = 5'],
    ['finished though it is asked for on demand', "status = 'finished'"],
    ['in no known status', "status = 'gone'"],
    ['of no known kind', "kind = 'weekly'"],
    ['ended in no known way', "last_run_at = 1, last_status = 'lost'"],
    ['of no known overlap', "overlap = 'wait'"],
    ['of no known catch-up', "catch_up = 'twice'"],
  ])('a job is never %s', (_, set) => {
    expect(() => db.exec(`UPDATE jobs SET ${set}`)).toThrow(/constraint/);
  });

  it('one job has an id at a time, and any number of deleted ones before it', () => {
    const again = (uid: number) => {
      db.exec('DROP TABLE IF EXISTS temp.copy; CREATE TEMP TABLE copy AS SELECT * FROM jobs WHERE uid = 7;');
      db.exec(
        `UPDATE temp.copy SET uid = ${uid}, deleted_at = NULL; INSERT INTO jobs SELECT * FROM temp.copy;`,
      );
    };
    expect(() => again(8)).toThrow(/UNIQUE/);
    db.exec('UPDATE jobs SET deleted_at = 1 WHERE uid = 7');
    again(8);
    db.exec('UPDATE jobs SET deleted_at = 1 WHERE uid = 8');
    again(9);
  });
});
