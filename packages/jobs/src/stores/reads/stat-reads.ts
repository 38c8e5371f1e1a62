import { isOfAllJobs, type JobsRead } from '../../core/filters/jobs-read.ts';
import type { JobStatus } from '../../core/model/job.ts';
import type { FinishedStatus } from '../../core/model/run.ts';
import { JOB_STATUSES } from '../../core/model/statuses.ts';
import type { HourCount, StoreStats } from '../../core/store/store-views.ts';
import { numberOf, rowOf } from '../rows/first-column.ts';
import { firstHour, HOUR_MS, newestHoursFirst } from '../rows/hours.ts';
import { type Bound, type Dialect, parameters, uidsWhere } from './dialect.ts';
import { whichJobs } from './jobs/which-jobs.ts';
import { arrays, type Read } from './read.ts';

/** The statements for counts, and their parameters. The last parameter of `hours` is the first hour. */
interface CountStatements {
  readonly params: readonly Bound[];
  readonly jobs: string;
  readonly live: string;
  readonly hours: string;
}

// PostgreSQL returns the sum of `bigint` values as `numeric`, which would arrive as text.
function countHours(from: string): string {
  return `SELECT hour, status, CAST(sum(count) AS bigint) FROM ${from} GROUP BY hour, status`;
}

function countJobs({ schema }: Dialect): string {
  const counts = JOB_STATUSES.map(
    (status) =>
      `SELECT '${status}', count(*) FROM ${schema}jobs WHERE deleted_at IS NULL AND status = '${status}'`,
  );
  return counts.join(' UNION ALL ');
}

/** The finished runs of some jobs by hour: the pruned runs as they were counted, and those that are kept. */
function hoursOf({ schema, latenessMeasure }: Dialect, jobs: string, firstHour: string): string {
  const isCounted = `job_uid ${jobs} AND hour >= ${firstHour}`;
  return countHours(`(
    SELECT hour, status, count FROM ${schema}job_hour_counts WHERE ${isCounted}
    UNION ALL
    SELECT hour, measure AS status, count FROM ${schema}job_hour_buckets
    WHERE ${isCounted} AND measure <> ${latenessMeasure}
    UNION ALL
    SELECT finished_at / ${HOUR_MS} * ${HOUR_MS} AS hour, status, 1 AS count
    FROM ${schema}runs WHERE job_uid ${jobs} AND finished_at >= ${firstHour}) AS counted`);
}

export function createStatReads(sql: Dialect) {
  const { schema, mark, statusOf } = sql;
  const ofAll: CountStatements = {
    params: [],
    jobs: countJobs(sql),
    live: sql.countLive,
    hours: countHours(`${schema}hour_counts WHERE hour >= ${mark}1`),
  };
  const ofSome = (which: JobsRead): CountStatements => {
    const { params, bind } = parameters(sql);
    const condition = whichJobs(sql, which, bind).join(' AND ');
    const uids = uidsWhere(sql, condition);
    return {
      params,
      jobs: `SELECT status, count(*) FROM ${schema}jobs WHERE deleted_at IS NULL AND ${condition} GROUP BY status`,
      live: sql.countLiveOf(uids),
      hours: hoursOf(sql, `IN (${uids})`, `${mark}${params.length + 1}`),
    };
  };
  const uidOf = `SELECT uid FROM ${schema}jobs WHERE id = ${mark}1 AND deleted_at IS NULL`;
  const hoursOfJob = hoursOf(sql, `= ${mark}1`, `${mark}2`);
  const hourCountOf = (row: unknown): HourCount => {
    const [hour, status, count] = rowOf<[number, unknown, number]>(row);
    return { hour, status: statusOf(status) as FinishedStatus, count };
  };

  return {
    *stats({ hours, ...which }: JobsRead & { readonly hours: number }, now: number): Read<StoreStats> {
      const { params, ...statements } = isOfAllJobs(which) ? ofAll : ofSome(which);
      const jobs: Record<JobStatus, number> = { active: 0, paused: 0, finished: 0 };
      for (const row of yield* arrays(statements.jobs, params)) {
        const [status, count] = rowOf<[JobStatus, number]>(row);
        jobs[status] = count;
      }
      const [live] = yield* arrays(statements.live, params);
      const [queued, held, running, waitsFrom] = rowOf<[number, number, number, number | null]>(live);
      const isDue = waitsFrom !== null && waitsFrom <= now;
      // Reads the history of these jobs, which may be long.
      const found = hours === 0 ? [] : yield* arrays(statements.hours, [...params, firstHour(hours, now)]);
      return {
        jobs,
        runs: { queued, held, running, ...(isDue ? { dueSince: waitsFrom } : {}) },
        hours: newestHoursFirst(found.map(hourCountOf)),
      };
    },

    /**
     * The hourly counts of the job that has the id now: of pruned runs, and of runs that are still in
     * history.
     */
    *jobHours(
      { jobId, hours }: { readonly jobId: string; readonly hours: number },
      now: number,
    ): Read<readonly HourCount[] | undefined> {
      const uid = numberOf((yield* arrays(uidOf, [jobId]))[0]);
      if (uid === undefined) return undefined;
      return newestHoursFirst((yield* arrays(hoursOfJob, [uid, firstHour(hours, now)])).map(hourCountOf));
    },
  };
}
