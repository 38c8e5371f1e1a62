import { isOfAllJobs } from '../../../core/filters/jobs-read.ts';
import type {
  TimelineJob,
  TimelineQuery,
  TimelineRows,
  TimelineRun,
  TimelineSpan,
} from '../../../core/timeline/run-timeline.ts';
import { MOST_TIMELINE_RUNS } from '../../../core/timeline/run-timeline.ts';
import { columnsIn } from '../../../core/timeline/timeline-columns.ts';
import { numbersIn, rowOf } from '../../rows/first-column.ts';
import { HOUR_MS, hourOf } from '../../rows/hours.ts';
import { type CountedRow, timelineRows } from '../../rows/runs/timeline-rows.ts';
import { allOf, type Bind, type Dialect, jobsIn, parameters } from '../dialect.ts';
import { whichJobs } from '../jobs/which-jobs.ts';
import { arrays, type Read } from '../read.ts';
import { type Key, keptRuns, rankOf } from './timeline-sources.ts';

/** If the filters leave at most this many jobs, all of them are counted. */
const FEW_JOBS = 50;

export function createTimelineReads(sql: Dialect) {
  return {
    /**
     * The runs of a window by job or by node: a bounded number of rows, each with a bounded number of runs.
     */
    *runTimeline(query: TimelineQuery): Read<TimelineRows> {
      const few = yield* fewJobs(sql, query);
      const ranked = few === undefined ? yield* rank(sql, query) : { keys: few, rowCount: few.length };
      const { keys, countedFrom } = ranked;
      if (keys.length === 0) return { rows: [], rowCount: 0 };
      const counted = yield* countSpans(sql, query, keys);
      const jobs = query.by === 'job' ? yield* jobsOf(sql, keys) : undefined;
      const hours = query.by === 'job' ? yield* prunedHours(sql, query, keys) : [];
      const rows = timelineRows({ query, keys, counted, jobs, hours });
      const runs = yield* readRuns(sql, query, rows);
      const rowCount = few === undefined ? ranked.rowCount : rows.length;
      return {
        rows: rows.slice(0, query.limit).map(({ key, ...row }) => {
          const own = runs.get(key);
          return own === undefined ? row : { ...row, runs: own };
        }),
        rowCount,
        ...(countedFrom === undefined ? {} : { countedFrom }),
      };
    },
  };
}

/** The uids of the jobs that the filters leave, if they are few and the rows are jobs. */
function* fewJobs(sql: Dialect, query: TimelineQuery): Read<readonly number[] | undefined> {
  if (query.by !== 'job' || !isFiltered(query)) return undefined;
  const { params, bind } = parameters(sql);
  const where = allOf(jobConditions(sql, query, bind));
  const found = `SELECT jobs.uid FROM ${jobsIn(sql)} ${where} LIMIT ${FEW_JOBS + 1}`;
  const uids = numbersIn(yield* arrays(found, params));
  return uids.length <= FEW_JOBS ? uids : undefined;
}

function isFiltered(query: TimelineQuery): boolean {
  return query.type !== undefined || query.q !== undefined || !isOfAllJobs(query);
}

function jobConditions(sql: Dialect, query: TimelineQuery, bind: Bind): readonly string[] {
  const { type, q } = query;
  const part = q === undefined ? '' : bind(q.toLowerCase());
  return [
    ...whichJobs(sql, query, bind),
    ...(type === undefined ? [] : [`type = ${bind(type)}`]),
    ...(q === undefined ? [] : [`(${sql.contains('jobs.id', part)} OR ${sql.contains('jobs.name', part)})`]),
  ];
}

/** A condition on `job_uid`; empty without filters. */
function ofJobs(sql: Dialect, query: TimelineQuery, bind: Bind): string {
  if (!isFiltered(query)) return '';
  return `job_uid IN (SELECT jobs.uid FROM ${jobsIn(sql)} ${allOf(jobConditions(sql, query, bind))})`;
}

interface Ranked {
  readonly keys: readonly Key[];
  readonly rowCount: number;
  readonly countedFrom?: number;
}

/** The rows to show: those with the most failures or runs. */
function* rank(sql: Dialect, query: TimelineQuery): Read<Ranked> {
  const { params, bind } = parameters(sql);
  const rows = yield* arrays(rankOf(sql, query, ofJobs(sql, query, bind), bind), params);
  const [first] = rows;
  if (first === undefined) return { keys: [], rowCount: 0 };
  const [, rowCount, countedFrom] = rowOf<[Key, number, number | null]>(first);
  return {
    keys: rows.map((row) => rowOf<[Key]>(row)[0]),
    rowCount,
    ...(countedFrom === null ? {} : { countedFrom }),
  };
}

function* countSpans(sql: Dialect, query: TimelineQuery, keys: readonly Key[]): Read<readonly CountedRow[]> {
  const { params, bind } = parameters(sql);
  const integer = (value: number) => `CAST(${bind(value)} AS bigint)`;
  const [from, to, step] = [integer(query.from), integer(query.to), integer(query.stepMs)];
  const last = integer(columnsIn(query) - 1);
  const kept = keptRuns(sql, query, { keys, ofJobs }, bind);
  const rows = yield* arrays(
    `${kept.with} SELECT row_key, status, first_column, last_column, CAST(count(*) AS bigint),
      ${query.by === 'node' ? sql.nodeOfRun : "''"} AS node_name
    FROM (SELECT row_key, ${query.by === 'node' ? 'node' : 'NULL AS node'}, status,
        CASE WHEN started_at IS NULL THEN -1 WHEN started_at <= ${from} THEN 0
          ELSE (started_at - ${from}) / ${step} END AS first_column,
        CASE WHEN ended_at >= ${to} THEN ${last} ELSE (ended_at - ${from}) / ${step} END AS last_column
      FROM (${kept.from}) AS kept) AS run
    GROUP BY row_key, run.node, status, first_column, last_column`,
    params,
  );
  return rows.map((row) => {
    const [key, status, first, end, count, node] = rowOf<[Key, unknown, number, number, number, string]>(row);
    const span = { first, last: Math.max(first, end), status: sql.statusOf(status), count };
    return { key, node, span: span as TimelineSpan };
  });
}

function* jobsOf(sql: Dialect, keys: readonly Key[]): Read<ReadonlyMap<Key, TimelineJob>> {
  const { params, bind } = parameters(sql);
  const ofKeys = sql.isAmong('uid', bind(sql.list(keys.map(Number))));
  const rows = yield* arrays(
    `SELECT jobs.uid, jobs.id, name, type, deleted_at FROM ${jobsIn(sql)} WHERE ${ofKeys}`,
    params,
  );
  return new Map(
    rows.map((row) => {
      const [uid, id, name, type, deletedAt] = rowOf<[number, string, string, string, number | null]>(row);
      return [uid, { id, name, type, isDeleted: deletedAt !== null }];
    }),
  );
}

function* prunedHours(sql: Dialect, { from, to }: TimelineQuery, keys: readonly Key[]) {
  const { params, bind } = parameters(sql);
  const where = `WHERE ${sql.isAmong('job_uid', bind(sql.list(keys.map(Number))))}
    AND hour >= ${bind(Math.max(hourOf(from), 0))} AND hour < ${bind(Math.ceil(to / HOUR_MS) * HOUR_MS)}`;
  const rows = yield* arrays(
    `SELECT job_uid, hour, measure, CAST(sum(count) AS bigint) FROM (
      SELECT job_uid, hour, measure, count FROM ${sql.schema}job_hour_buckets ${where} AND measure <> ${sql.latenessMeasure}
      UNION ALL SELECT job_uid, hour, status AS measure, count FROM ${sql.schema}job_hour_counts ${where}) AS pruned
    GROUP BY job_uid, hour, measure ORDER BY hour`,
    params,
  );
  return rows.map((row) => {
    const [key, at, measure, count] = rowOf<[number, number, unknown, number]>(row);
    return { key, at, measure: sql.measureOf(measure), count };
  });
}

/** The runs of rows that have few of them, newest first. */
function* readRuns(
  sql: Dialect,
  query: TimelineQuery,
  rows: readonly { readonly key: Key; readonly spans: readonly TimelineSpan[] }[],
): Read<ReadonlyMap<Key, readonly TimelineRun[]>> {
  const keys = rows
    .slice(0, query.limit)
    .filter(({ spans }) => spans.reduce((sum, { count }) => sum + count, 0) <= MOST_TIMELINE_RUNS)
    .map(({ key }) => key);
  const found = new Map<Key, TimelineRun[]>(keys.map((key) => [key, []]));
  if (keys.length === 0) return found;
  const { params, bind } = parameters(sql);
  const kept = keptRuns(sql, query, { keys, ofJobs }, bind);
  const read = yield* arrays(
    `${kept.with} SELECT row_key, run.id, jobs.id AS job_id, jobs.name AS job_name, run.status, reason, started_at, finished_at
    FROM (${kept.from}) AS run JOIN ${sql.schema}jobs ON jobs.uid = run.job_uid
    WHERE started_at IS NOT NULL ORDER BY run.id DESC`,
    params,
  );
  for (const row of read) {
    const [key, id, jobId, jobName, kind, reason, startedAt, finishedAt] =
      rowOf<[Key, number, string, string, unknown, unknown, number, number | null]>(row);
    const run = {
      id: String(id),
      jobId,
      jobName,
      status: sql.statusOf(kind) as TimelineRun['status'],
      startedAt,
    };
    found.get(key)?.push({
      ...run,
      ...(reason === null ? {} : { reason: sql.reasonOf(reason) }),
      ...(finishedAt === null ? {} : { finishedAt }),
    });
  }
  return found;
}
