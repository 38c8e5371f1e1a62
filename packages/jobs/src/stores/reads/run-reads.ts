import { isLiveStatus } from '../../core/model/run.ts';
import { isOfAllJobs, type JobsRead } from '../../core/store/jobs-read.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { JobVersion, JobVersionQuery, Page, RunQuery, RunView } from '../../core/store/store-views.ts';
import { FEW_JOBS } from '../rows/bounds.ts';
import { numbersIn, rowOf } from '../rows/first-column.ts';
import { namesIn } from '../rows/job-row.ts';
import { jobVersionOf, VERSION_COLUMNS } from '../rows/job-version.ts';
import { pageOf } from '../rows/page.ts';
import { FINISHED_COLUMNS, LIVE_COLUMNS } from '../rows/run-row.ts';
import { ranWithOf, versionOf } from '../rows/run-view.ts';
import {
  allOf,
  type Bind,
  bindable,
  type Dialect,
  jobOfRun,
  jobsIn,
  parameters,
  uidsWhere,
} from './dialect.ts';
import { arrays, type Read } from './read.ts';
import { whichJobs } from './which-jobs.ts';

export function createRunReads(sql: Dialect) {
  const { schema, mark } = sql;
  // A run only moves from live runs to history. Reading live runs first never misses a run.
  const kinds: readonly Kind[] = [
    {
      table: 'live_runs',
      columns: LIVE_COLUMNS,
      version: 'coalesce(run.job_version, jobs.version)',
      runOf: sql.liveRunOf,
    },
    { table: 'runs', columns: FINISHED_COLUMNS, version: 'run.job_version', runOf: sql.finishedRunOf },
  ];
  const byId = new Map(
    kinds.map(({ table, columns, version, runOf }) => {
      const found = `(SELECT ${columns} FROM ${schema}${table} WHERE id = ${mark}1) AS run`;
      const payload = `CASE WHEN ${version} = jobs.version THEN jobs.payload ELSE (
        SELECT payload FROM ${schema}job_versions WHERE job_uid = run.job_uid AND version = ${version}) END`;
      return [`SELECT ${columnsOfView(sql, payload)} FROM ${found} ${jobOfRun(sql)}`, runOf];
    }),
  );
  const versions = `SELECT ${VERSION_COLUMNS} FROM ${schema}job_versions
    WHERE job_uid = ${mark}1 AND version < ${mark}2 ORDER BY version DESC LIMIT ${mark}3`;
  const logs = `SELECT at, level, message, fields FROM ${schema}run_logs WHERE run_id = ${mark}1 ORDER BY seq`;
  const anyRun = kinds
    .map(({ table }) => `SELECT 1 FROM ${schema}${table} WHERE id = ${mark}1`)
    .join(' UNION ALL ');

  return {
    *getRun(runId: string): Read<RunView | undefined> {
      for (const [statement, runOf] of byId) {
        const [row] = yield* arrays(statement, [bindable(Number(runId))]);
        if (row === undefined) continue;
        const view = viewOf(row, runOf);
        const [payload] = rowOf<readonly unknown[]>(row).slice(-1) as [string | null];
        return { ...view, ...ranWithOf(view.run, payload) };
      }
      return undefined;
    },

    /** Replaced definitions, newest first. */
    *listVersions({ jobUid, limit, before }: JobVersionQuery): Read<readonly JobVersion[]> {
      const below = Math.min(before ?? LAST_VERSION, LAST_VERSION);
      const rows = yield* arrays(versions, [bindable(Number(jobUid)), bindable(below), limit]);
      return rows.map(jobVersionOf);
    },

    /** Live and finished runs, newest first. */
    *listRuns(query: RunQuery): Read<Page<RunView>> {
      const found = new Map<number, RunView>();
      for (const kind of kinds) {
        const { status } = query;
        if (status !== undefined && isLiveStatus(status) !== (kind.table === 'live_runs')) continue;
        for (const row of yield* newestRuns(sql, kind, query)) {
          const view = viewOf(row, kind.runOf);
          const id = Number(view.run.id);
          // A run that finished between the two reads is in both. The page shows it as it was first.
          if (!found.has(id)) found.set(id, view);
        }
      }
      const views = [...found].sort(([a], [b]) => b - a).map(([, view]) => view);
      return pageOf(views, query.limit, ({ run }) => ({ value: null, key: run.id }));
    },

    /** The log of a run, oldest line first; undefined when there is no such run. */
    *getLogs(runId: string): Read<readonly LogLine[] | undefined> {
      const id = bindable(Number(runId));
      const rows = yield* arrays(logs, [id]);
      if (rows.length === 0 && (yield* arrays(anyRun, [id])).length === 0) return undefined;
      return rows.map((row) => {
        const [at, level, message, fields] = rowOf<[number, unknown, string, string | null]>(row);
        const line = { at, level: sql.levelOf(level), message };
        return fields === null ? line : { ...line, fields };
      });
    },
  };
}

/** The largest value of its column in PostgreSQL. */
const LAST_VERSION = 2_147_483_647;

interface Kind {
  readonly table: 'live_runs' | 'runs';
  readonly columns: string;
  /** The expression for the version of the job that `run` ran with, or would run with. */
  readonly version: string;
  readonly runOf: Dialect['liveRunOf'] | Dialect['finishedRunOf'];
}

/** `payload`: the expression for the payload of the run's version, where a read shows it. */
function columnsOfView({ nodeOfRun }: Dialect, payload = 'NULL'): string {
  // The column names must be distinct: in a caller's transaction, each row comes as JSON.
  return `run.*, jobs.id AS job_id, type AS job_type, jobs.tags AS job_tags, ${nodeOfRun} AS node_name, jobs.version AS version_now, ${payload} AS version_payload`;
}

type ViewColumns = [
  jobId: string,
  type: string,
  tags: string | null,
  node: string | null,
  versionNow: number,
  payload: string | null,
];

/** Reads a row of {@link columnsOfView}. */
function viewOf(raw: unknown, runOf: Kind['runOf']): RunView {
  const [jobId, type, tags, node, versionNow] = rowOf<readonly unknown[]>(raw).slice(-6) as ViewColumns;
  const run = runOf(raw, node);
  const jobVersion = versionOf(run, versionNow);
  return {
    run,
    jobId,
    type,
    ...(tags === null ? {} : { tags: namesIn(tags) }),
    ...(jobVersion === undefined ? {} : { jobVersion }),
  };
}

/** The filters of a query that are about the jobs of its runs. */
type JobFilter = JobsRead & Pick<RunQuery, 'type'>;

/** The conditions on `jobs` and `job_types` for these filters. */
function filtersOf(sql: Dialect, query: JobFilter, bind: Bind): readonly string[] {
  const { type } = query;
  return [...(type === undefined ? [] : [`type = ${bind(type)}`]), ...whichJobs(sql, query, bind)];
}

/**
 * The jobs that the filters find, if they are only a few: then runs are read job by job. Without this, a
 * search for a type with few runs would read the runs of all types. Undefined if there are many.
 */
function* fewJobsOf(sql: Dialect, query: JobFilter): Read<readonly number[] | undefined> {
  const { type } = query;
  const { params, bind } = parameters(sql);
  const found = type === undefined ? [] : [`type = ${bind(type)}`];
  const which = whichJobs(sql, query, bind);
  if (which.length > 0) found.push(`jobs.uid IN (${uidsWhere(sql, which.join(' AND '))})`);
  const jobs = `SELECT uid FROM ${jobsIn(sql)} ${allOf(found)} LIMIT ${bind(FEW_JOBS + 1)}`;
  const uids = numbersIn(yield* arrays(jobs, params));
  return uids.length <= FEW_JOBS ? uids : undefined;
}

/** The newest matching rows of one table, one more than requested. */
function* newestRuns(sql: Dialect, { table, columns }: Kind, query: RunQuery): Read<readonly unknown[]> {
  const { params, bind } = parameters(sql);
  const { jobUid, jobId, type, status, from, to, before, limit } = query;
  const jobs: string[] = [];
  const runs: string[] = [];
  if (jobUid !== undefined) jobs.push(`jobs.uid = ${bind(bindable(Number(jobUid)))}`);
  if (jobId !== undefined) jobs.push(hadId(sql, bind(jobId)));
  if (type !== undefined || !isOfAllJobs(query)) {
    const isFew = jobs.length === 0 && sql.isByJob(table, status);
    const uids = isFew ? yield* fewJobsOf(sql, query) : undefined;
    if (uids !== undefined) jobs.push(sql.isAmong('jobs.uid', bind(sql.list(uids))));
    else if (jobs.length > 0) jobs.push(...filtersOf(sql, query, bind));
    // A scalar subquery, which no planner turns into a join: the newest runs are read in order.
    else
      runs.push(
        `(SELECT ${filtersOf(sql, query, bind).join(' AND ')} FROM ${jobsIn(sql)} WHERE uid = job_uid)`,
      );
  }
  const byJob = jobs.length > 0;
  if (byJob) runs.push('job_uid = jobs.uid');
  if (status !== undefined) runs.push(sql.hasStatus(status, byJob));
  if (from !== undefined) runs.push(sql.queuedFrom(from, bind));
  if (to !== undefined) runs.push(sql.queuedBefore(to, bind));
  if (before !== undefined) runs.push(`id < ${bind(bindable(Number(before)))}`);
  const count = bind(limit + 1);
  const source = sql.newestRuns({ table: `${sql.schema}${table}`, columns, jobs, runs, count });
  return yield* arrays(
    `SELECT ${columnsOfView(sql)} FROM ${source} ORDER BY run.id DESC LIMIT ${count}`,
    params,
  );
}

/** The current job with an id, and the deleted ones. */
function hadId(sql: Dialect, id: string): string {
  return `jobs.uid IN (${uidsWhere(sql, `jobs.id = ${id}`)})`;
}
