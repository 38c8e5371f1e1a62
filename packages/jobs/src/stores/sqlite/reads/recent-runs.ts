import type { RecentRun } from '../../../core/store/store-views.ts';
import { recentRunOf } from '../../rows/recent-run.ts';
import type { Database } from '../database.ts';
import { reasonOf, statusOf } from '../rows/codes.ts';
import { numbersOf } from '../rows/run-rows.ts';

/** A job's newest runs, live or finished, newest first. */
export function recentRuns(db: Database, jobUid: string, limit: number): readonly RecentRun[] {
  return db.arrays(RECENT_RUNS).all(Number(jobUid), limit).map(readRow);
}

function readRow(raw: unknown): RecentRun {
  const [id, status, reason, ...times] =
    numbersOf<
      [
        id: number,
        status: number,
        reason: number | null,
        queuedAt: number,
        startedAt: number | null,
        finishedAt: number | null,
      ]
    >(raw);
  return recentRunOf([id, statusOf(status), reason === null ? null : reasonOf(reason), ...times]);
}

/**
 * Parameters: a uid, and how many. Live runs are looked up by their job and then sorted (`+id`), by the index
 * alone: read in the order of their ids, all that there are might be looked through for those of one job.
 */
const RECENT_RUNS = `SELECT id, status, NULL AS reason, queued_at, started_at, NULL AS finished_at FROM live_runs
    WHERE id IN (SELECT id FROM live_runs WHERE job_uid = ?1 ORDER BY +id DESC LIMIT ?2)
  UNION ALL SELECT * FROM (
    SELECT id, status, reason, queued_at, started_at, finished_at
    FROM runs WHERE job_uid = ?1 ORDER BY id DESC LIMIT ?2)
  ORDER BY id DESC LIMIT ?2`;
