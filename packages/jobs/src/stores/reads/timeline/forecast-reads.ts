import {
  type ForecastJobs,
  type ForecastJobsRead,
  partsToRead,
  SAMPLE_PART,
} from '../../../core/forecast/forecast-job.ts';
import { numberOf, rowOf } from '../../rows/first-column.ts';
import {
  durationOf,
  FORECAST_COLUMNS,
  forecastJobOf,
  JOBS_TO_MEASURE,
  RUNS_TO_MEASURE,
} from '../../rows/jobs/forecast-row.ts';
import { type RecentRow, recentRunOf } from '../../rows/runs/recent-run.ts';
import { type Bind, type Dialect, jobsIn, parameters } from '../dialect.ts';
import { whichJobs } from '../jobs/which-jobs.ts';
import { arrays, objects, type Read } from '../read.ts';

export function createForecastReads(sql: Dialect) {
  return {
    /** The jobs with slots to come, or an even sample of them (P38, forecast). */
    *forecastJobs({ most, ...which }: ForecastJobsRead): Read<ForecastJobs> {
      const total = yield* countJobs(sql, which);
      const { params, bind } = parameters(sql);
      const where = conditionsOf(sql, which, bind);
      if (total > most) where.push(`${SAMPLE_PART} < ${bind(partsToRead(total, most))}`);
      const columns = FORECAST_COLUMNS.map((name) => `jobs.${name}`).join(', ');
      const rows = yield* objects(
        `SELECT ${columns}, job_types.type AS type FROM ${jobsIn(sql)} WHERE ${where.join(' AND ')}
        ORDER BY uid`,
        params,
      );
      const durations = yield* durationsOf(sql, rows.map(uidOf).slice(0, JOBS_TO_MEASURE));
      const jobs = rows.map((row) => forecastJobOf(row, durations.get(uidOf(row)) ?? []));
      // A job may have come in between.
      return { jobs, total: Math.max(total, jobs.length) };
    },
  };
}

type Which = Omit<ForecastJobsRead, 'most'>;

function* countJobs(sql: Dialect, which: Which): Read<number> {
  const { params, bind } = parameters(sql);
  const where = conditionsOf(sql, which, bind).join(' AND ');
  const [row] = yield* arrays(`SELECT count(*) FROM ${sql.schema}jobs WHERE ${where}`, params);
  return numberOf(row) ?? 0;
}

function conditionsOf(sql: Dialect, which: Which, bind: Bind): string[] {
  const hasSlots = ['deleted_at IS NULL', "kind NOT IN ('on_demand', 'after')", "status <> 'finished'"];
  const { type } = which;
  if (type !== undefined)
    hasSlots.push(`type_key IN (SELECT key FROM ${sql.jobTypes} WHERE type = ${bind(type)})`);
  return [...hasSlots, ...whichJobs(sql, which, bind)];
}

/** How long the newest runs of jobs took that succeeded (ms), by uid. */
function* durationsOf(sql: Dialect, uids: readonly number[]): Read<ReadonlyMap<number, readonly number[]>> {
  const found = new Map<number, number[]>(uids.map((uid) => [uid, []]));
  if (uids.length === 0) return found;
  for (const raw of yield* arrays(sql.recentRuns, [sql.list(uids), RUNS_TO_MEASURE])) {
    const [uid, id, status, , ...times] = rowOf<[uid: number, ...RecentRow<unknown, unknown>]>(raw);
    const took = durationOf(recentRunOf([id, sql.statusOf(status), null, ...times]));
    if (took !== undefined) found.get(uid)?.push(took);
  }
  return found;
}

function uidOf(row: unknown): number {
  return (row as { readonly uid: number }).uid;
}
