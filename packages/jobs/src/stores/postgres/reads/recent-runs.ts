import type { RunReason, RunStatus } from '../../../core/model/run.ts';
import type { JobView, RecentRun } from '../../../core/store/store-views.ts';
import { recentRunOf } from '../../rows/recent-run.ts';
import type { Queries } from '../connection/queries.ts';
import { rowOf } from '../rows/run-rows.ts';

/** Adds each job's newest runs, live or finished, newest first: one query for all of them. */
export async function withRecentRuns(
  q: Queries,
  views: readonly JobView[],
  limit: number,
): Promise<readonly JobView[]> {
  const found = new Map<number, RecentRun[]>(views.map(({ job }) => [Number(job.uid), []]));
  for (const raw of await q.arrays(RECENT_RUNS, [[...found.keys()], limit])) {
    const [uid, ...row] =
      rowOf<
        [
          uid: number,
          id: number,
          status: RunStatus,
          reason: RunReason | null,
          queuedAt: number,
          startedAt: number | null,
          finishedAt: number | null,
        ]
      >(raw);
    found.get(uid)?.push(recentRunOf(row));
  }
  return views.map((view) => ({ ...view, recentRuns: found.get(Number(view.job.uid)) ?? [] }));
}

/**
 * Parameters: uids, and how many of each. Live runs are looked up by their job and then sorted (`id + 0`):
 * read in the order of their ids, all that there are might be looked through for those of one job.
 */
const RECENT_RUNS = `SELECT page.uid, recent.* FROM unnest($1::bigint[]) AS page (uid) CROSS JOIN LATERAL (
    (SELECT id, status, NULL AS reason, queued_at, started_at, NULL::bigint AS finished_at
      FROM greenvue_jobs.live_runs WHERE job_uid = page.uid ORDER BY id + 0 DESC LIMIT $2)
    UNION ALL
    (SELECT id, status, reason, queued_at, started_at, finished_at
      FROM greenvue_jobs.runs WHERE job_uid = page.uid ORDER BY id DESC LIMIT $2)
    ORDER BY id DESC LIMIT $2) AS recent
  ORDER BY page.uid, recent.id DESC`;
