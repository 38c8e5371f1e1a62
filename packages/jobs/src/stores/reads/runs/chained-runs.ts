import type { ChainLink, RunView } from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { type Dialect, parameters } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';

/** The most runs that a run lists as triggered by it. */
const MOST_TRIGGERED = 50;

/** Adds to each run of a chain the run whose end made it. Reads nothing if there is none. */
export function* withTriggeredBy(sql: Dialect, views: readonly RunView[]): Read<readonly RunView[]> {
  const ids = views.filter(({ run }) => run.trigger === 'chain').map(({ run }) => Number(run.id));
  if (ids.length === 0) return views;
  const { params, bind } = parameters(sql);
  const rows = yield* arrays(
    `SELECT run_id, upstream_run, upstream_job FROM ${sql.schema}chained_runs
    WHERE ${sql.isAmong('run_id', bind(sql.list(ids)))}`,
    params,
  );
  const links = new Map(
    rows.map((row) => {
      const [id, runId, jobId] = rowOf<[number, number, string]>(row);
      return [String(id), { runId: String(runId), jobId }];
    }),
  );
  return views.map((view) => {
    const triggeredBy = links.get(view.run.id);
    return triggeredBy === undefined ? view : { ...view, triggeredBy };
  });
}

/** Adds to a run those that its end made or skipped, oldest first. */
export function* withTriggered({ schema, mark: m }: Dialect, view: RunView): Read<RunView> {
  const rows = yield* arrays(
    `SELECT link.run_id, jobs.id FROM ${schema}chained_runs AS link
      LEFT JOIN ${schema}live_runs AS live ON live.id = link.run_id
      LEFT JOIN ${schema}runs AS ended ON ended.id = link.run_id
      JOIN ${schema}jobs ON jobs.uid = coalesce(live.job_uid, ended.job_uid)
    WHERE link.upstream_run = ${m}1 ORDER BY link.run_id LIMIT ${MOST_TRIGGERED}`,
    [Number(view.run.id)],
  );
  const triggered = rows.map((row): ChainLink => {
    const [runId, jobId] = rowOf<[number, string]>(row);
    return { runId: String(runId), jobId };
  });
  return triggered.length === 0 ? view : { ...view, triggered };
}
