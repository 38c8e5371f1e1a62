import type { JobStatus } from '../../core/model/job.ts';
import type { FinishedStatus } from '../../core/model/run.ts';
import { JOB_STATUSES } from '../../core/model/statuses.ts';
import type { AuditQuery, AuditRow, HourCount, StoreStats } from '../../core/store/store-views.ts';
import { numberOf, rowOf } from '../rows/first-column.ts';
import { firstHour, HOUR_MS, newestHoursFirst } from '../rows/hours.ts';
import { allOf, bindable, type Dialect, parameters } from './dialect.ts';
import { arrays, objects, type Read } from './read.ts';

export function createStatReads(sql: Dialect) {
  const { schema, mark, statusOf } = sql;
  const countJobs = JOB_STATUSES.map(
    (status) =>
      `SELECT '${status}', count(*) FROM ${schema}jobs WHERE deleted_at IS NULL AND status = '${status}'`,
  ).join(' UNION ALL ');
  // PostgreSQL returns the sum of `bigint` values as `numeric`, which would arrive as text.
  const countHours = (from: string) =>
    `SELECT hour, status, CAST(sum(count) AS bigint) FROM ${from} GROUP BY hour, status`;
  const hoursOfAll = countHours(`${schema}hour_counts WHERE hour >= ${mark}1`);
  const uidOf = `SELECT uid FROM ${schema}jobs WHERE id = ${mark}1 AND deleted_at IS NULL`;
  const hoursOfJob = countHours(`(
    SELECT hour, status, count FROM ${schema}job_hour_counts WHERE job_uid = ${mark}1 AND hour >= ${mark}2
    UNION ALL
    SELECT finished_at / ${HOUR_MS} * ${HOUR_MS} AS hour, status, 1 AS count
    FROM ${schema}runs WHERE job_uid = ${mark}1 AND finished_at >= ${mark}2) AS counted`);
  const hourCountOf = (row: unknown): HourCount => {
    const [hour, status, count] = rowOf<[number, unknown, number]>(row);
    return { hour, status: statusOf(status) as FinishedStatus, count };
  };

  return {
    *stats({ hours }: { readonly hours: number }, now: number): Read<StoreStats> {
      const jobs: Record<JobStatus, number> = { active: 0, paused: 0, finished: 0 };
      for (const row of yield* arrays(countJobs)) {
        const [status, count] = rowOf<[JobStatus, number]>(row);
        jobs[status] = count;
      }
      const [live] = yield* arrays(sql.countLive);
      const [queued, held, running, waitsFrom] = rowOf<[number, number, number, number | null]>(live);
      const isDue = waitsFrom !== null && waitsFrom <= now;
      const found = yield* arrays(hoursOfAll, [firstHour(hours, now)]);
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

    /** Newest first: by time, then by id. */
    *listAudit({ limit, before, ...exact }: AuditQuery): Read<readonly AuditRow[]> {
      const { params, bind } = parameters(sql);
      const where: string[] = [];
      if (before !== undefined)
        where.push(`(at, id) < (${bind(bindable(before.at))}, ${bind(bindable(before.id))})`);
      for (const column of ['actor', 'action', 'target'] as const)
        if (exact[column] !== undefined) where.push(`${column} = ${bind(exact[column])}`);
      const rows = yield* objects(
        `SELECT id, at, actor, action, target, change FROM ${schema}audit
        ${allOf(where)} ORDER BY at DESC, id DESC LIMIT ${bind(limit)}`,
        params,
      );
      return rows.map((row) => ({ ...(row as AuditRow), id: String((row as { id: number }).id) }));
    },
  };
}
