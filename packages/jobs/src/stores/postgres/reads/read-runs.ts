import { isLiveStatus, type Run, type RunStatus } from '../../../core/model/run.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';
import type { Page, RunQuery, RunView } from '../../../core/store/store-views.ts';
import { FEW_JOBS } from '../../rows/bounds.ts';
import { FINISHED_COLUMNS, LIVE_COLUMNS } from '../../rows/run-row.ts';
import type { Param, Queries } from '../connection/queries.ts';
import { finishedRunOf, liveRunOf, rowOf } from '../rows/run-rows.ts';

/**
 * Of a live run, or one in history. A run only ever moves from the one to the other: it is looked for in that
 * order.
 */
export async function getRun(q: Queries, runId: string): Promise<RunView | undefined> {
  const id = bindable(Number(runId));
  for (const kind of [LIVE, FINISHED]) {
    const [row] = await q.arrays(kind.byId, [id]);
    if (row !== undefined) return viewOf(kind, row);
  }
  return undefined;
}

export async function findRun(q: Queries, runId: string): Promise<Run | undefined> {
  return (await getRun(q, runId))?.run;
}

/** Live and finished runs, newest first. */
export async function listRuns(q: Queries, query: RunQuery): Promise<Page<RunView>> {
  const found = new Map<number, RunView>();
  const { status } = query;
  const byJob = await isByJob(q, query);
  // In this order no run is missed; one that finished in between is in both, and shown as it was first.
  for (const kind of [LIVE, FINISHED]) {
    if (status !== undefined && kind !== (isLiveStatus(status) ? LIVE : FINISHED)) continue;
    for (const row of await readPage(q, kind, { ...query, byJob })) {
      const view = viewOf(kind, row);
      const id = Number(view.run.id);
      if (!found.has(id)) found.set(id, view);
    }
  }
  const views = [...found].sort(([a], [b]) => b - a).map(([, view]) => view);
  const rows = views.slice(0, query.limit);
  const last = rows.at(-1);
  if (views.length <= query.limit || last === undefined) return { rows };
  return { rows, next: { value: null, key: last.run.id } };
}

/** The log of a run, oldest line first; undefined when there is no such run. */
export async function getLogs(q: Queries, runId: string): Promise<readonly LogLine[] | undefined> {
  const id = bindable(Number(runId));
  const lines = (await q.arrays(LOGS, [id])).map(logLineOf);
  return lines.length > 0 || (await q.arrays(ANY_RUN, [id])).length > 0 ? lines : undefined;
}

/**
 * The nearest number that a `bigint` takes, since a client can send any; 0, which nothing has, for what is no
 * number.
 */
export function bindable(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER));
}

interface Kind {
  readonly table: string;
  readonly columns: string;
  readonly runOf: (row: unknown) => Run;
  readonly byId: string;
}

const JOB_OF_RUN = `JOIN greenvue_jobs.jobs ON jobs.uid = run.job_uid
  JOIN greenvue_jobs.job_types ON job_types.key = jobs.type_key`;
const kindOf = (table: string, columns: string, runOf: Kind['runOf']): Kind => ({
  table,
  columns,
  runOf,
  byId: `SELECT run.*, jobs.id AS job_id, type FROM (SELECT ${columns} FROM ${table} WHERE id = $1) AS run ${JOB_OF_RUN}`,
});
const LIVE = kindOf('greenvue_jobs.live_runs', LIVE_COLUMNS, liveRunOf);
const FINISHED = kindOf('greenvue_jobs.runs', FINISHED_COLUMNS, finishedRunOf);

/** Reads the columns of a run, and after them its job's id and type. */
function viewOf({ runOf }: Kind, raw: unknown): RunView {
  const row = rowOf<readonly string[]>(raw);
  const [jobId = '', type = ''] = row.slice(-2);
  return { run: runOf(raw), jobId, type };
}

/**
 * Whether to read each job's newest runs, and not the newest of all until enough have been found: few runs,
 * or none, would be looked for among all there are.
 */
async function isByJob(q: Queries, { jobUid, jobId, type }: RunQuery): Promise<boolean> {
  if (jobUid !== undefined || jobId !== undefined) return true;
  return type !== undefined && (await q.arrays(JOBS_OF_TYPE, [type, FEW_JOBS + 1])).length <= FEW_JOBS;
}

/** The newest rows of one table that fit, one more than asked for. */
function readPage(
  q: Queries,
  { table, columns }: Kind,
  query: RunQuery & { readonly byJob: boolean },
): Promise<readonly unknown[]> {
  const params: Param[] = [];
  const bind = (value: Param) => `$${params.push(value)}`;
  const { jobUid, jobId, type, status, from, to, before, limit, byJob } = query;
  const jobs: string[] = [];
  if (jobUid !== undefined) jobs.push(`jobs.uid = ${bind(bindable(Number(jobUid)))}`);
  if (jobId !== undefined) jobs.push(hadId(bind(jobId)));
  const runs = byJob ? ['job_uid = jobs.uid'] : [];
  if (type !== undefined) (byJob ? jobs : runs).push(`${byJob ? 'type' : TYPE} = ${bind(type)}`);
  if (status !== undefined) runs.push(HAS_STATUS[status]);
  if (from !== undefined) runs.push(`queued_at >= ${bind(from)}`);
  if (to !== undefined) runs.push(`queued_at < ${bind(to)}`);
  if (before !== undefined) runs.push(`id < ${bind(bindable(Number(before)))}`);
  const count = bind(limit + 1);
  const page = `(SELECT ${columns} FROM ${table} ${allOf(runs)} ORDER BY id DESC LIMIT ${count}) AS run`;
  const source = byJob ? `${JOBS} CROSS JOIN LATERAL ${page} ${allOf(jobs)}` : `${page} ${JOB_OF_RUN}`;
  return q.arrays(`SELECT run.*, jobs.id, type FROM ${source} ORDER BY run.id DESC LIMIT ${count}`, params);
}

/** The job that has an id now, and those that had it before: each in its own index. */
function hadId(id: string): string {
  const uids = `SELECT uid FROM greenvue_jobs.jobs WHERE id = ${id} AND deleted_at`;
  return `jobs.uid = ANY(ARRAY(${uids} IS NULL UNION ALL ${uids} IS NOT NULL))`;
}

function allOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

/**
 * Written out, not bound: an index on part of the rows is used only for what is known when the query is
 * planned.
 */
const HAS_STATUS: Readonly<Record<RunStatus, string>> = {
  queued: "status = 'queued'",
  running: "status = 'running'",
  succeeded: "status = 'succeeded'",
  failed: "status = 'failed'",
  cancelled: "status = 'cancelled'",
  skipped: "status = 'skipped'",
};
const JOBS = 'greenvue_jobs.jobs JOIN greenvue_jobs.job_types ON job_types.key = jobs.type_key';
const JOBS_OF_TYPE = `SELECT uid FROM ${JOBS} WHERE type = $1 LIMIT $2`;
const TYPE = `(SELECT type FROM ${JOBS} WHERE uid = job_uid)`;

function logLineOf(raw: unknown): LogLine {
  const [at, level, message, fields] =
    rowOf<[at: number, level: LogLine['level'], message: string, fields: string | null]>(raw);
  return fields === null ? { at, level, message } : { at, level, message, fields };
}

const LOGS = 'SELECT at, level, message, fields FROM greenvue_jobs.run_logs WHERE run_id = $1 ORDER BY seq';
const ANY_RUN = `SELECT 1 FROM greenvue_jobs.live_runs WHERE id = $1
  UNION ALL SELECT 1 FROM greenvue_jobs.runs WHERE id = $1`;
