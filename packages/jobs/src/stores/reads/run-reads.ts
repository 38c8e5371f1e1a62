import { isLiveStatus, type Run } from '../../core/model/run.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import type { Page, RunQuery, RunView } from '../../core/store/store-views.ts';
import { FEW_JOBS } from '../rows/bounds.ts';
import { rowOf } from '../rows/first-column.ts';
import { pageOf } from '../rows/page.ts';
import { FINISHED_COLUMNS, LIVE_COLUMNS } from '../rows/run-row.ts';
import { bindable, type Dialect, jobOfRun, jobsIn, parameters } from './dialect.ts';
import { arrays, type Read } from './read.ts';

export function createRunReads(sql: Dialect) {
  const { schema, mark } = sql;
  // A run only ever moves from the one to the other: in this order, none is missed.
  const kinds: readonly Kind[] = [
    { table: 'live_runs', columns: LIVE_COLUMNS, runOf: sql.liveRunOf },
    { table: 'runs', columns: FINISHED_COLUMNS, runOf: sql.finishedRunOf },
  ];
  const byId = new Map(
    kinds.map(({ table, columns, runOf }) => {
      const found = `(SELECT ${columns} FROM ${schema}${table} WHERE id = ${mark}1) AS run`;
      return [`SELECT ${columnsOfView(sql)} FROM ${found} ${jobOfRun(sql)}`, runOf];
    }),
  );
  const logs = `SELECT at, level, message, fields FROM ${schema}run_logs WHERE run_id = ${mark}1 ORDER BY seq`;

  function* getRun(runId: string): Read<RunView | undefined> {
    const id = bindable(Number(runId));
    for (const [statement, runOf] of byId) {
      const [row] = yield* arrays(statement, [id]);
      if (row !== undefined) return viewOf(row, runOf);
    }
    return undefined;
  }

  return {
    getRun,

    /** Live and finished runs, newest first. */
    *listRuns(query: RunQuery): Read<Page<RunView>> {
      const found = new Map<number, RunView>();
      const byJob = yield* isByJob(sql, query);
      for (const { table, columns, runOf } of kinds) {
        if (query.status !== undefined && isLiveStatus(query.status) !== (table === 'live_runs')) continue;
        for (const row of yield* newestRuns(sql, { table, columns }, { ...query, byJob })) {
          const view = viewOf(row, runOf);
          const id = Number(view.run.id);
          // One that finished in between is in both, and shown as it was first.
          if (!found.has(id)) found.set(id, view);
        }
      }
      const views = [...found].sort(([a], [b]) => b - a).map(([, view]) => view);
      return pageOf(views, query.limit, ({ run }) => ({ value: null, key: run.id }));
    },

    /** The log of a run, oldest line first; undefined when there is no such run. */
    *getLogs(runId: string): Read<readonly LogLine[] | undefined> {
      const rows = yield* arrays(logs, [bindable(Number(runId))]);
      if (rows.length === 0 && (yield* getRun(runId)) === undefined) return undefined;
      return rows.map((row) => {
        const [at, level, message, fields] = rowOf<[number, unknown, string, string | null]>(row);
        const line = { at, level: sql.levelOf(level), message };
        return fields === null ? line : { ...line, fields };
      });
    },
  };
}

interface Kind {
  readonly table: 'live_runs' | 'runs';
  readonly columns: string;
  readonly runOf: Dialect['liveRunOf'] | Dialect['finishedRunOf'];
}

function columnsOfView({ nodeOfRun }: Dialect): string {
  return `run.*, jobs.id, type, ${nodeOfRun}`;
}

/** Reads {@link columnsOfView}. */
function viewOf(raw: unknown, runOf: Kind['runOf']): RunView {
  const [jobId, type, node] = rowOf<readonly unknown[]>(raw).slice(-3) as [string, string, string | null];
  return { run: runOf(raw, node) as Run, jobId, type };
}

/**
 * Whether to read each job's newest runs, and not the newest of all until enough have been found: few runs,
 * or none, would be looked for among all there are.
 */
function* isByJob(sql: Dialect, { jobUid, jobId, type }: RunQuery): Read<boolean> {
  if (jobUid !== undefined || jobId !== undefined) return true;
  if (type === undefined) return false;
  const { params, bind } = parameters(sql);
  const jobsOfType = `SELECT uid FROM ${jobsIn(sql)} WHERE type = ${bind(type)} LIMIT ${bind(FEW_JOBS + 1)}`;
  return (yield* arrays(jobsOfType, params)).length <= FEW_JOBS;
}

/** The newest rows of one table that fit, one more than asked for. */
function newestRuns(
  sql: Dialect,
  { table, columns }: Pick<Kind, 'table' | 'columns'>,
  query: RunQuery & { readonly byJob: boolean },
): Read<readonly unknown[]> {
  const { params, bind } = parameters(sql);
  const { jobUid, jobId, type, status, from, to, before, limit } = query;
  const isOfOneJob = jobUid !== undefined || jobId !== undefined;
  const byJob = isOfOneJob || (query.byJob && sql.isByJob(table, status));
  const jobs: string[] = [];
  if (jobUid !== undefined) jobs.push(`jobs.uid = ${bind(bindable(Number(jobUid)))}`);
  if (jobId !== undefined) jobs.push(hadId(sql, bind(jobId)));
  const runs = byJob ? ['job_uid = jobs.uid'] : [];
  if (type !== undefined && byJob) jobs.push(`type = ${bind(type)}`);
  if (type !== undefined && !byJob)
    runs.push(`(SELECT type FROM ${jobsIn(sql)} WHERE uid = job_uid) = ${bind(type)}`);
  if (status !== undefined) runs.push(sql.hasStatus(status, byJob));
  if (from !== undefined) runs.push(sql.queuedFrom(from, bind));
  if (to !== undefined) runs.push(sql.queuedBefore(to, bind));
  if (before !== undefined) runs.push(`id < ${bind(bindable(Number(before)))}`);
  const count = bind(limit + 1);
  const source = sql.newestRuns({ table: `${sql.schema}${table}`, columns, jobs, runs, count, byJob });
  return arrays(`SELECT ${columnsOfView(sql)} FROM ${source} ORDER BY run.id DESC LIMIT ${count}`, params);
}

/** The job that has an id now, and those that had it before: each in its own index. */
function hadId({ schema }: Dialect, id: string): string {
  const uids = `SELECT uid FROM ${schema}jobs WHERE id = ${id} AND deleted_at`;
  return `jobs.uid IN (${uids} IS NULL UNION ALL ${uids} IS NOT NULL)`;
}
