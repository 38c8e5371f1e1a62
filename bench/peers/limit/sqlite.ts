import { join } from 'node:path';
import { openForWriting } from '../../../packages/jobs/src/stores/sqlite/database.ts';
import { batchesOf, FIRST_FENCE, HOUR_MS, liveRowOf } from './batches.ts';

/**
 * Writes what a drain of all live runs writes, and returns the seconds. The numbers in the statements are
 * codes (`stores/sqlite/rows/codes.ts`).
 */
export async function writeRowsOnSqlite(folder: string): Promise<number> {
  const db = openForWriting(join(folder, 'jobs.db'));
  const batches = batchesOf(db.arrays(LIVE).all().map(liveRowOf), BATCH);
  const begin = performance.now();
  let fence = FIRST_FENCE;
  for (const { rows, ends } of batches) {
    const now = Date.now();
    db.exec('BEGIN IMMEDIATE');
    for (const { id } of rows) db.statement(CLAIM).run(fence++, now, id);
    for (const { id, jobUid, queuedAt } of rows) {
      db.statement(DELETE).run(id);
      db.statement(INSERT).run(id, jobUid, queuedAt, now, now);
    }
    for (const [uid, count] of ends) db.statement(END_JOB).run(now, now, now, count, uid);
    db.statement(COUNT_HOUR).run(now - (now % HOUR_MS), rows.length);
    db.exec('COMMIT');
  }
  const seconds = (performance.now() - begin) / 1_000;
  db.close();
  return seconds;
}

const BATCH = 1_000;
const LIVE = 'SELECT id, job_uid, queued_at FROM live_runs ORDER BY available_at, id';
const CLAIM = 'UPDATE live_runs SET node = 1, fence = ?, status = 1, started_at = ? WHERE id = ?';
const DELETE = 'DELETE FROM live_runs WHERE id = ?';
const INSERT = `INSERT INTO runs
    (id, job_uid, trigger, catch_up, missed, queued_at, status, attempt, recoveries, node, started_at, finished_at)
  VALUES (?, ?, 1, 0, 0, ?, 2, 1, 0, 1, ?, ?)`;
const END_JOB = `UPDATE jobs SET last_run_at = ?, last_success_at = ?, last_end_at = ?, last_status = 'succeeded',
  finished_count = finished_count + ? WHERE uid = ?`;
const COUNT_HOUR = `INSERT INTO hour_counts (hour, status, count) VALUES (?, 2, ?)
  ON CONFLICT (hour, status) DO UPDATE SET count = count + excluded.count`;
