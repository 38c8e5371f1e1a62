import { MOST_FAILURES } from '../../../core/store/failure-views.ts';
import {
  LONGEST_LOOK_BACK_MS,
  MOST_RUNS_OF_JOB,
  MOST_RUNS_TO_RANK,
  type TimelineQuery,
} from '../../../core/timeline/run-timeline.ts';
import type { Bind, Dialect } from '../dialect.ts';

/** What identifies a row: the uid of a job, or how the table of runs stores a node. */
export type Key = number | string;

const COLUMNS = 'id, job_uid, node, status, reason, queued_at, started_at, finished_at';
/** How many runs are looked at that were queued before the window. */
const MOST_OLDER_RUNS = 20_000;

/** A text after FROM, and the CTEs that it uses. */
interface Source {
  readonly with: string;
  readonly from: string;
}

/**
 * The statement that chooses the rows: key, number of rows, and the oldest run that was looked at if not all
 * were. Failures of jobs are counted from their own index, which reaches further back.
 */
export function rankOf(sql: Dialect, query: TimelineQuery, jobs: string, bind: Bind): string {
  const { by, sort, limit } = query;
  const { schema } = sql;
  const of = rowKey(by);
  const failed = sql.hasOneStatus(['failed']);
  const isMeant = jobs === '' ? '' : `AND ${jobs}`;
  const isFailed = by === 'job' ? '0' : `CASE WHEN ${failed} THEN 1 ELSE 0 END`;
  const parts = [
    `SELECT ${of} AS row_key, 1 AS runs, ${isFailed} AS failures FROM recent WHERE ${of} IS NOT NULL ${isMeant}`,
    `SELECT ${of}, 1, 0 FROM ${schema}live_runs WHERE ${isRunning(sql, query, bind)} ${isMeant}`,
    ...(by === 'job'
      ? [`SELECT job_uid, 0, 1 FROM (${newestFailures(sql, query, bind)}) AS failures WHERE 1 = 1 ${isMeant}`]
      : []),
  ];
  const order = sort === 'failed' ? 'sum(failures) DESC, sum(runs) DESC' : 'sum(runs) DESC';
  return `WITH ${recentRuns(sql, query, bind)}
    SELECT row_key, CAST(count(*) OVER () AS bigint),
      (SELECT CASE WHEN count(*) = ${MOST_RUNS_TO_RANK} THEN min(queued_at) END FROM fresh)
    FROM (${parts.join(' UNION ALL ')}) AS begun
    GROUP BY row_key ORDER BY ${order}, row_key LIMIT ${bind(limit)}`;
}

function newestFailures({ schema }: Dialect, { from, to }: TimelineQuery, bind: Bind): string {
  return `SELECT job_uid FROM ${schema}runs
    WHERE fingerprint IS NOT NULL AND finished_at >= ${bind(from)} AND finished_at < ${bind(to)}
    ORDER BY finished_at DESC LIMIT ${MOST_FAILURES}`;
}

interface Rows {
  readonly keys: readonly Key[];
  /** A condition on `job_uid`; empty without filters. */
  readonly ofJobs: (sql: Dialect, query: TimelineQuery, bind: Bind) => string;
}

/**
 * The runs of some rows, with the columns `row_key`, `id`, `job_uid`, `node`, `status`, `reason`,
 * `started_at`, `finished_at` and `ended_at`: of each job, or of the nodes among the newest of all.
 */
export function keptRuns(sql: Dialect, query: TimelineQuery, { keys, ofJobs }: Rows, bind: Bind): Source {
  const { by } = query;
  const of = rowKey(by);
  // The keys are jobs that the filters have left.
  const jobs = by === 'job' ? '' : ofJobs(sql, query, bind);
  const isMeant = jobs === '' ? '' : `AND ${jobs}`;
  const ofKeys =
    by === 'job'
      ? sql.isAmong('job_uid', bind(sql.list(keys.map(Number))))
      : `node IN (${keys.map((key) => bind(key)).join()})`;
  const live = `SELECT ${of} AS row_key, id, job_uid, node, status, NULL AS reason, started_at,
      CAST(NULL AS bigint) AS finished_at, CAST(${bind(Math.min(query.now, query.to))} AS bigint) AS ended_at
    FROM ${sql.schema}live_runs WHERE ${ofKeys} AND ${isRunning(sql, query, bind)} ${isMeant}`;
  const finished =
    by === 'job'
      ? sql.newestOfEach({
          columns: COLUMNS,
          uids: bind(sql.list(keys.map(Number))),
          where: isInWindow(sql, query, bind),
          most: MOST_RUNS_OF_JOB,
        })
      : `SELECT * FROM recent WHERE ${ofKeys} ${isMeant}`;
  return {
    with: by === 'job' ? '' : `WITH ${recentRuns(sql, query, bind)}`,
    from: `SELECT ${of} AS row_key, id, job_uid, node, status, reason, started_at, finished_at,
        finished_at AS ended_at
      FROM (${finished}) AS finished UNION ALL ${live}`,
  };
}

function rowKey(by: TimelineQuery['by']): string {
  return by === 'job' ? 'job_uid' : 'node';
}

function isRunning(sql: Dialect, { to }: TimelineQuery, bind: Bind): string {
  return `${sql.hasStatus('running', false)} AND started_at < ${bind(to)}`;
}

/** The CTE `recent`: the newest finished runs of the window. `fresh`: those that were queued in it. */
function recentRuns(sql: Dialect, query: TimelineQuery, bind: Bind): string {
  const { schema, timeOrder } = sql;
  const { from, to } = query;
  const newest = (where: string, most: number) =>
    `SELECT ${COLUMNS} FROM ${schema}runs WHERE ${where} ORDER BY ${timeOrder} DESC LIMIT ${most}`;
  const inWindow = `${sql.queuedFrom(from, bind)} AND ${sql.queuedBefore(to, bind)}`;
  const before = `${sql.queuedFrom(from - LONGEST_LOOK_BACK_MS, bind)} AND ${sql.queuedBefore(from, bind)}`;
  return `fresh AS MATERIALIZED (${newest(inWindow, MOST_RUNS_TO_RANK)}),
    recent AS (SELECT * FROM fresh WHERE ${begins(query, bind)}
      UNION ALL SELECT * FROM (${newest(before, MOST_OLDER_RUNS)}) AS older WHERE finished_at >= ${bind(from)})`;
}

function isInWindow(sql: Dialect, query: TimelineQuery, bind: Bind): string {
  const { from, to } = query;
  return `${sql.queuedFrom(from - LONGEST_LOOK_BACK_MS, bind)} AND ${sql.queuedBefore(to, bind)}
    AND finished_at >= ${bind(from)} AND ${begins(query, bind)}`;
}

/** True if a run began, or ended without a start, before the end of the window. */
function begins({ to }: TimelineQuery, bind: Bind): string {
  return `coalesce(started_at, finished_at) < ${bind(to)}`;
}
