import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeAppDatabase } from '../support/installation.ts';
import { engineOf, noopType } from '../support/noop.ts';

export interface Size {
  readonly jobs: number;
  /** For each job, one a day. */
  readonly runsOfEach: number;
}

/** The job with as many runs as the server keeps for one job, one a minute. */
export const BUSIEST = 'busiest';

const MOST_RUNS = 1_000;
const AT_ONCE = 1_000;
const FIRST_DUE_MS = 600_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Fills a data folder with some days of history: daily jobs, spread over the day, and {@link BUSIEST}. None
 * is due in the next ten minutes. One run in 50 failed, and the last run of one job in 1,000.
 */
export async function fillFolder(folder: string, { jobs, runsOfEach }: Size): Promise<void> {
  const file = join(folder, 'jobs.db');
  await makeJobs(file, jobs);
  await makeAppDatabase(folder);
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  db.exec(RANKED);
  const fill = db.prepare(INSERT_RUNS);
  const now = Date.now();
  fill.run({ now, every: DAY_MS, most: runsOfEach, from: 1, to: jobs });
  fill.run({ now, every: MINUTE_MS, most: MOST_RUNS, from: jobs + 1, to: jobs + 1 });
  db.exec(`${FOLLOW_JOBS}; ${COUNT_HOURS}; DROP TABLE ranked; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`);
  db.close();
}

async function makeJobs(file: string, jobs: number): Promise<void> {
  const engine = engineOf(
    file,
    noopType(() => undefined),
  );
  await engine.start();
  const from = Date.now() + FIRST_DUE_MS;
  for (let first = 0; first < jobs; first += AT_ONCE) {
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, jobs - first) }, (_, offset) => {
        const n = first + offset;
        const startAt = new Date(from + Math.floor((n * DAY_MS) / jobs)).toISOString();
        const name = `Report of shop ${n}`;
        return engine.createJob({ id: `report-${n}`, name, type: 'noop', interval: '24h', startAt });
      }),
    );
  }
  const startAt = new Date(from).toISOString();
  await engine.createJob({ id: BUSIEST, name: 'The busiest job', type: 'noop', interval: '1m', startAt });
  await engine.stop();
}

const RANKED = `CREATE TEMP TABLE ranked AS
  SELECT uid, row_number() OVER (ORDER BY id = '${BUSIEST}', uid) AS rank FROM jobs;
  CREATE UNIQUE INDEX temp.ranked_rank ON ranked (rank)`;

const ERROR = JSON.stringify([
  {
    attempt: 1,
    at: Date.UTC(2026, 0, 1),
    reason: 'error',
    name: 'Error',
    message: 'connect ECONNREFUSED 127.0.0.1:25',
    stack: Array.from({ length: 8 }, (_, n) => `    at step${n} (file:///app/src/mail/send.ts:${n}:17)`).join(
      '\n',
    ),
  },
]);

/** Statuses and ids as the store writes them: an id contains the time of its run. */
const INSERT_RUNS = `INSERT INTO runs (id, job_uid, trigger, scheduled_for, catch_up, missed, queued_at, status, reason, attempt,
    recoveries, started_at, finished_at, result, errors)
  WITH RECURSIVE numbers (k) AS (SELECT :most - 1 UNION ALL SELECT k - 1 FROM numbers WHERE k > 0)
  SELECT (slot - 1704067200000) * 8192 + rank % 8192, uid, 0, slot, 0, 0, slot, CASE WHEN bad THEN 3 ELSE 2 END,
    CASE WHEN bad THEN 2 END, 1, 0, slot + 1, slot + 40 + (rank + k * 7) % 200,
    CASE WHEN NOT bad THEN '{"rows":' || (rank + k) || '}' END, CASE WHEN bad THEN '${ERROR}' END
  FROM (SELECT k, uid, rank, :now - rank * 864 % :every - k * :every - 1000 AS slot,
      CASE WHEN k = 0 THEN rank % 1000 = 0 ELSE (rank + k) % 50 = 0 END AS bad
    FROM numbers CROSS JOIN ranked WHERE rank BETWEEN :from AND :to)`;

const FOLLOW_JOBS = `UPDATE jobs SET last_run_at = started_at, last_slot_at = scheduled_for, last_end_at = finished_at,
    last_status = CASE status_of_last WHEN 3 THEN 'failed' ELSE 'succeeded' END,
    failed_in_row = status_of_last = 3, failing_since = CASE WHEN status_of_last = 3 THEN finished_at END,
    finished_count = count_of_all
  FROM (SELECT job_uid, max(id), count(*) AS count_of_all, status AS status_of_last, scheduled_for, started_at, finished_at
    FROM runs GROUP BY job_uid) AS last WHERE last.job_uid = uid`;

const COUNT_HOURS = `INSERT INTO hour_counts (hour, status, count)
  SELECT finished_at / 3600000 * 3600000, status, count(*) FROM runs GROUP BY 1, 2`;
