import type { RunView } from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { FINISHED_COLUMNS, LIVE_COLUMNS } from '../../rows/runs/run-row.ts';
import { versionOf } from '../../rows/runs/run-view.ts';
import { namesIn } from '../../rows/stored-json.ts';
import { type Dialect, jobOfRun, parameters } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';
import { withBackfills } from './backfills-of-runs.ts';

/** How the rows of a table become runs. */
export interface Kind {
  readonly table: 'live_runs' | 'runs';
  readonly columns: string;
  /** The expression for the version of the job that the run in `row` ran with, or would run with. */
  readonly version: (row: string) => string;
  readonly runOf: Dialect['liveRunOf'] | Dialect['finishedRunOf'];
}

/** A run only moves from live runs to history. Reading live runs first never misses a run. */
export function kindsOf(sql: Dialect): readonly [live: Kind, finished: Kind] {
  return [
    {
      table: 'live_runs',
      columns: LIVE_COLUMNS,
      version: (row) => `coalesce(${row}.job_version, jobs.version)`,
      runOf: sql.liveRunOf,
    },
    {
      table: 'runs',
      columns: FINISHED_COLUMNS,
      version: (row) => `${row}.job_version`,
      runOf: sql.finishedRunOf,
    },
  ];
}

/** `payload`: the expression for the payload of the run's version, where a read shows it. */
export function columnsOfView({ nodeOfRun }: Dialect, payload = 'NULL'): string {
  // The column names must be distinct: in a caller's transaction, each row comes as JSON.
  return `run.*, jobs.id AS job_id, jobs.name AS job_name, type AS job_type, jobs.tags AS job_tags, ${nodeOfRun} AS node_name, jobs.version AS version_now, ${payload} AS version_payload`;
}

/** The payload of the version that the run in `row` ran with, or would run with. Null if it is not kept. */
export function payloadOfVersion({ schema }: Dialect, kind: Kind, row = 'run'): string {
  const version = kind.version(row);
  return `CASE WHEN ${version} = jobs.version THEN jobs.payload ELSE (
    SELECT kept.payload FROM ${schema}job_versions AS kept
    WHERE kept.job_uid = ${row}.job_uid AND kept.version = ${version}) END`;
}

type ViewColumns = [
  jobId: string,
  jobName: string,
  type: string,
  tags: string | null,
  node: string | null,
  versionNow: number,
  payload: string | null,
];

/** Reads a row of {@link columnsOfView}. */
export function viewOf(raw: unknown, runOf: Kind['runOf']): RunView {
  const [jobId, jobName, type, tags, node, versionNow] = rowOf<readonly unknown[]>(raw).slice(
    -7,
  ) as ViewColumns;
  const run = runOf(raw, node);
  const jobVersion = versionOf(run, versionNow);
  return {
    run,
    jobId,
    jobName,
    type,
    ...(tags === null ? {} : { tags: namesIn(tags) }),
    ...(jobVersion === undefined ? {} : { jobVersion }),
  };
}

export function* finishedRunsById(sql: Dialect, ids: readonly number[]): Read<ReadonlyMap<number, RunView>> {
  const [, { columns, table, runOf }] = kindsOf(sql);
  const { params, bind } = parameters(sql);
  const found = `(SELECT ${columns} FROM ${sql.schema}${table}
    WHERE ${sql.isAmong('id', bind(sql.list(ids)))}) AS run`;
  const rows = yield* arrays(`SELECT ${columnsOfView(sql)} FROM ${found} ${jobOfRun(sql)}`, params);
  const views = yield* withBackfills(
    sql,
    rows.map((row) => viewOf(row, runOf)),
  );
  return new Map(views.map((view) => [Number(view.run.id), view]));
}
