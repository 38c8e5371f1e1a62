import { isOfAllJobs } from '../../../core/filters/jobs-read.ts';
import { BUCKET_BOUNDS_MS, UNMEASURED } from '../../../core/rules/run-measures.ts';
import type { HistoryCount, HistoryQuery } from '../../../core/store/store-views.ts';
import { numberOf, rowOf } from '../../rows/first-column.ts';
import { ALL_JOBS, subjectOfTag, subjectOfType } from '../../rows/hour-tally.ts';
import { HOUR_MS } from '../../rows/hours.ts';
import { allOf, type Bind, type Dialect, jobOfRun, parameters, uidsWhere } from '../dialect.ts';
import { whichJobs } from '../jobs/which-jobs.ts';
import { arrays, type Read } from '../read.ts';

/** The most kept runs that one read of a time shorter than an hour looks at. */
const MOST_RUNS = 100_000;

/** A SELECT of `at`, `measure`, `bucket` and `count`; and the CTEs that it uses. */
interface Source {
  readonly from: string;
  readonly with?: string;
}

/** Counts of finished runs by step, measure and bucket. */
export function createHistoryReads(sql: Dialect) {
  const { schema, measureOf } = sql;
  return {
    *history(query: HistoryQuery): Read<readonly HistoryCount[] | undefined> {
      const { params, bind } = parameters(sql);
      const integer = (value: number) => `CAST(${bind(value)} AS bigint)`;
      const times = { from: integer(query.from), below: integer(query.to) };
      let uid: number | undefined;
      if (query.jobId !== undefined) {
        uid = numberOf((yield* arrays(uidOf(sql), [query.jobId]))[0]);
        if (uid === undefined) return undefined;
      }
      const source = sourceOf(sql, { query, uid, times, bind });
      const rows = yield* arrays(
        `${source.with ?? ''} SELECT (at - ${times.from}) / ${integer(query.stepMs)} AS step, measure, bucket,
          CAST(sum(count) AS bigint)
        FROM (${source.from}) AS counted GROUP BY 1, 2, 3 HAVING sum(count) > 0`,
        params,
      );
      return rows.map((row) => {
        const [step, measure, bucket, count] = rowOf<[number, unknown, number, number]>(row);
        return { step, measure: measureOf(measure), bucket, count };
      });
    },
  };

  function uidOf({ mark }: Dialect): string {
    return `SELECT uid FROM ${schema}jobs WHERE id = ${mark}1 AND deleted_at IS NULL`;
  }
}

interface Asked {
  readonly query: HistoryQuery;
  readonly uid: number | undefined;
  readonly times: Times;
  readonly bind: Bind;
}

function sourceOf(sql: Dialect, asked: Asked): Source {
  const { query, uid, times, bind } = asked;
  const { schema } = sql;
  const { stepMs, type, tag, idPrefix, anyTag } = query;
  if (uid !== undefined) return ofJobs(sql, asked, `= ${bind(uid)}`);
  if (stepMs < HOUR_MS) return ofRecentRuns(sql, asked);
  if (!isOfAllJobs({ idPrefix, anyTag }))
    return ofJobs(sql, asked, `IN (${uidsWhere(sql, isOfJobs(sql, query, bind).join(' AND '))})`);
  const subject = type !== undefined ? subjectOfType(type) : tag !== undefined ? subjectOfTag(tag) : ALL_JOBS;
  const hours = isBetween('hour', times);
  const isCounted = `${schema}hour_buckets WHERE subject = ${bind(subject)} AND ${hours}`;
  const counted = `SELECT hour AS at, measure, bucket, count FROM ${isCounted}`;
  if (subject !== ALL_JOBS) return { from: counted };
  // The number of runs is that of `hour_counts`: what has no duration there is the difference.
  return {
    from: `${counted}
      UNION ALL ${withoutDurations(`${schema}hour_counts WHERE ${hours}`)}
      UNION ALL SELECT hour, measure, ${UNMEASURED}, -count FROM ${isCounted} AND measure <> ${sql.latenessMeasure}`,
  };
}

/** The pruned runs of some jobs as they were counted, and those that are kept. */
function ofJobs(sql: Dialect, { query, times }: Asked, jobs: string): Source {
  const { schema } = sql;
  const kept = `SELECT ${KEPT} FROM ${schema}runs WHERE job_uid ${jobs} AND ${isBetween('finished_at', times)}`;
  const source = ofKept(sql, kept);
  if (query.stepMs < HOUR_MS) return source;
  const hours = `job_uid ${jobs} AND ${isBetween('hour', times)}`;
  return {
    ...source,
    from: `${source.from}
      UNION ALL SELECT hour, measure, bucket, count FROM ${schema}job_hour_buckets WHERE ${hours}
      UNION ALL ${withoutDurations(`${schema}job_hour_counts WHERE ${hours}`)}`,
  };
}

/** Only runs that history still contains, and that were queued at most an hour before `from`. */
function ofRecentRuns(sql: Dialect, { query, times, bind }: Asked): Source {
  const { schema, timeOrder, queuedFrom } = sql;
  const newest = `SELECT job_uid, ${KEPT} FROM ${schema}runs
    WHERE ${queuedFrom(query.from - HOUR_MS, bind)} AND ${isBetween('finished_at', times)}
    ORDER BY ${timeOrder} DESC LIMIT ${MOST_RUNS}`;
  const jobs = isOfJobs(sql, query, bind);
  if (jobs.length === 0) return ofKept(sql, newest);
  return ofKept(sql, `SELECT run.* FROM (${newest}) AS run ${jobOfRun(sql)} ${allOf(jobs)}`);
}

/** Conditions on rows of `jobs`. */
function isOfJobs(
  sql: Dialect,
  { idPrefix, anyTag, type, tag }: HistoryQuery,
  bind: Bind,
): readonly string[] {
  const ofType = `type_key IN (SELECT key FROM ${sql.jobTypes} WHERE type = `;
  return [
    ...whichJobs(sql, { idPrefix, anyTag, tags: tag === undefined ? [] : [tag] }, bind),
    ...(type === undefined ? [] : [`${ofType}${bind(type)})`]),
  ];
}

interface Times {
  readonly from: string;
  readonly below: string;
}

function isBetween(at: string, { from, below }: Times): string {
  return `${at} >= ${from} AND ${at} < ${below}`;
}

const KEPT = 'status, started_at, finished_at, coalesce(due_at, scheduled_for, queued_at) AS due';

function ofKept({ latenessMeasure }: Dialect, kept: string): Source {
  return {
    // Read twice below, so that runs need to be found only once.
    with: `WITH kept AS MATERIALIZED (${kept})`,
    from: `SELECT finished_at AS at, status AS measure,
        CASE WHEN started_at IS NULL THEN ${UNMEASURED} ELSE ${bucketIn('finished_at - started_at')} END AS bucket,
        1 AS count
      FROM kept
      UNION ALL SELECT finished_at, ${latenessMeasure}, ${bucketIn('started_at - due')}, 1
      FROM kept WHERE started_at IS NOT NULL`,
  };
}

/** Runs that were counted without durations, as all were by earlier versions. */
function withoutDurations(from: string): string {
  return `SELECT hour AS at, status AS measure, ${UNMEASURED} AS bucket, count FROM ${from}`;
}

/** The bucket of a duration, as `bucketOf` finds it. */
function bucketIn(ms: string, low = 0, high = BUCKET_BOUNDS_MS.length - 1): string {
  if (low === high) return String(low);
  const middle = (low + high) >> 1;
  return `CASE WHEN ${ms} <= ${BUCKET_BOUNDS_MS[middle]} THEN ${bucketIn(ms, low, middle)} ELSE ${bucketIn(ms, middle + 1, high)} END`;
}
