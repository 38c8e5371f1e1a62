import type { BackfillView } from '../../core/backfills/backfill.ts';
import type { RunStatus } from '../../core/model/run.ts';
import type { BackfillQuery } from '../../core/store/store-backfills.ts';
import { BACKFILL_COLUMNS, backfillOf, backfillViewOf } from '../rows/backfill-row.ts';
import { rowOf } from '../rows/first-column.ts';
import { allOf, bindable, type Dialect, parameters } from './dialect.ts';
import { whichJobs } from './jobs/which-jobs.ts';
import { arrays, objects, type Read } from './read.ts';

/** The reads about backfills (P37, backfill). */
export function createBackfillReads(sql: Dialect) {
  const { schema } = sql;
  const from = `${schema}backfills JOIN ${schema}jobs ON jobs.uid = backfills.job_uid`;
  return {
    *getBackfill(id: string): Read<BackfillView | undefined> {
      const { params, bind } = parameters(sql);
      const one = `SELECT ${BACKFILL_COLUMNS} FROM ${from} WHERE backfills.id = ${bind(bindable(Number(id)))}`;
      const [row] = yield* objects(one, params);
      return row === undefined ? undefined : yield* withCounts(sql, row);
    },

    *listBackfills({ id, jobId, limit, ...which }: BackfillQuery): Read<readonly BackfillView[]> {
      const { params, bind } = parameters(sql);
      const where = [...whichJobs(sql, which, bind)];
      if (id !== undefined) where.push(`backfills.id = ${bind(bindable(Number(id)))}`);
      if (jobId !== undefined) where.push(`jobs.id = ${bind(jobId)}`);
      const rows = yield* objects(
        `SELECT ${BACKFILL_COLUMNS} FROM ${from} ${allOf(where)} ORDER BY backfills.id DESC LIMIT ${bind(limit)}`,
        params,
      );
      const views: BackfillView[] = [];
      for (const row of rows) views.push(yield* withCounts(sql, row));
      return views;
    },
  };
}

/** A run belongs to a backfill if it is of one of its slots, and was made when the slot was taken. */
function* withCounts(sql: Dialect, row: unknown): Read<BackfillView> {
  const { schema, mark } = sql;
  const backfill = backfillOf(row);
  const id = Number(backfill.id);
  const uid = (row as { readonly job_uid: number }).job_uid;
  const isOfSlot = 'runs.scheduled_for = slots.slot AND runs.queued_at = slots.taken_at';
  const ofSlots = (runs: string) =>
    `SELECT runs.status, count(*) FROM ${schema}${runs} AS runs JOIN ${schema}backfill_slots AS slots ON ${isOfSlot}
    WHERE runs.job_uid = ${mark}1 AND slots.backfill_id = ${mark}2 GROUP BY runs.status`;
  const statuses: (readonly [RunStatus, number])[] = [];
  for (const table of ['live_runs', 'runs'])
    for (const found of yield* arrays(ofSlots(table), [uid, id])) {
      const [status, count] = rowOf<[unknown, number]>(found);
      statuses.push([sql.statusOf(status), count]);
    }
  let toCome = 0;
  const left = `SELECT ended, count(*) FROM ${schema}backfill_slots
    WHERE backfill_id = ${mark}1 AND (taken_at IS NULL OR ended IS NOT NULL) GROUP BY ended`;
  for (const found of yield* arrays(left, [id])) {
    const [ended, count] = rowOf<[RunStatus | null, number]>(found);
    if (ended === null) toCome = count;
    else statuses.push([ended, count]);
  }
  return backfillViewOf(backfill, { toCome, statuses });
}
