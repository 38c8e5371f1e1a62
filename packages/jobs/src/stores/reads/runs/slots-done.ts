import { isSlotOpen } from '../../../core/model/run.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import { rowOf } from '../../rows/first-column.ts';
import { type Dialect, parameters } from '../dialect.ts';
import { arrays, type Read } from '../read.ts';

/**
 * Adds to each run that did not succeed the newest later run of its slot that succeeded. Reads the newer runs
 * of each job that history keeps. Reads nothing if all runs succeeded.
 */
export function* withSlotsDone(sql: Dialect, views: readonly RunView[]): Read<readonly RunView[]> {
  const open = views.map(({ run }) => run).filter(isSlotOpen);
  if (open.length === 0) return views;
  const { params, bind } = parameters(sql);
  const uids = [...new Set(open.map(({ jobUid }) => Number(jobUid)))];
  const slots = [...new Set(open.flatMap(({ scheduledFor = [] }) => scheduledFor))];
  const rows = yield* arrays(
    `SELECT job_uid, scheduled_for, max(id) FROM ${sql.schema}runs
    WHERE ${sql.isAmong('job_uid', bind(sql.list(uids)))} AND id > ${bind(Math.min(...open.map(({ id }) => Number(id))))}
      AND ${sql.hasStatus('succeeded', true)} AND ${sql.isAmong('scheduled_for', bind(sql.list(slots)))}
    GROUP BY job_uid, scheduled_for`,
    params,
  );
  const done = new Map(
    rows.map((row) => {
      const [uid, slot, id] = rowOf<[number, number, number]>(row);
      return [`${uid} ${slot}`, id];
    }),
  );
  return views.map((view) => {
    const { jobUid, scheduledFor, id } = view.run;
    const by = isSlotOpen(view.run) ? (done.get(`${jobUid} ${scheduledFor}`) ?? 0) : 0;
    return by > Number(id) ? { ...view, slotDoneBy: String(by) } : view;
  });
}
