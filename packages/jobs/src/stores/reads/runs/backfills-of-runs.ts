import { isBackfillRun } from '../../../core/model/run.ts';
import type { RunQuery, RunView } from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { type Bind, bindable, type Dialect, parameters } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';

/**
 * Runs with the ids of the backfills that made them. A run is of the slot that was taken when the run was
 * made, so that no run needs a column for it. Reads nothing if no run is of a backfill.
 */
export function* withBackfills(sql: Dialect, views: readonly RunView[]): Read<readonly RunView[]> {
  const made = views.map(({ run }) => run).filter(isBackfillRun);
  if (made.length === 0) return views;
  const { params, bind } = parameters(sql);
  const uids = new Set(made.map(({ jobUid }) => Number(jobUid)));
  const slots = new Set(made.flatMap(({ scheduledFor = [] }) => scheduledFor));
  const rows = yield* arrays(
    `SELECT job_uid, slot, taken_at, backfill_id FROM ${sql.schema}backfill_slots WHERE taken_at IS NOT NULL
    AND ${sql.isAmong('job_uid', bind(sql.list([...uids])))} AND ${sql.isAmong('slot', bind(sql.list([...slots])))}`,
    params,
  );
  const ids = new Map(
    rows.map((row) => {
      const [uid, slot, takenAt, id] = rowOf<[number, number, number, number]>(row);
      return [`${uid} ${slot} ${takenAt}`, String(id)];
    }),
  );
  return views.map((view) => {
    const { jobUid, scheduledFor, queuedAt } = view.run;
    const id = isBackfillRun(view.run) ? ids.get(`${jobUid} ${scheduledFor} ${queuedAt}`) : undefined;
    return id === undefined ? view : { ...view, backfillId: id };
  });
}

/** A query for the runs of a backfill as one for the runs of its job. Undefined: there are none. */
export function* asQueryOfJob(sql: Dialect, query: RunQuery): Read<RunQuery | undefined> {
  const { backfillId, jobUid } = query;
  if (backfillId === undefined) return query;
  const one = `SELECT job_uid FROM ${sql.schema}backfills WHERE id = ${sql.mark}1`;
  const [row] = yield* arrays(one, [bindable(Number(backfillId))]);
  if (row === undefined) return undefined;
  const uid = String(rowOf<[number]>(row)[0]);
  return (jobUid ?? uid) === uid ? { ...query, jobUid: uid } : undefined;
}

/** True for the runs in `table` that a backfill made. */
export function isOfBackfill({ schema }: Dialect, table: string, id: string, bind: Bind): string {
  return `EXISTS (SELECT 1 FROM ${schema}backfill_slots AS slots WHERE slots.backfill_id = ${bind(bindable(Number(id)))}
    AND slots.slot = ${table}.scheduled_for AND slots.taken_at = ${table}.queued_at)`;
}
