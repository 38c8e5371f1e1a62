import type { BackfillView } from '../../../core/backfills/backfill.ts';
import { isReadOf } from '../../../core/filters/jobs-read.ts';
import type { RunStatus } from '../../../core/model/run.ts';
import type { BackfillReads } from '../../../core/store/store-backfills.ts';
import { backfillViewOf } from '../../rows/backfill-row.ts';
import type { BackfillRow, MemoryDatabase } from '../memory-database.ts';
import { isRunOf, isToCome } from '../tables/backfill-tables.ts';
import type { Read } from './read.ts';

/** The reads about backfills (P37, backfill). */
export function backfillReads(db: MemoryDatabase, read: Read): BackfillReads {
  return {
    getBackfill: (id) =>
      read(() => {
        const row = db.backfills.get(Number(id));
        return row === undefined ? undefined : viewOf(db, row);
      }),
    listBackfills: ({ id, jobId, limit, ...which }) =>
      read(() =>
        [...db.backfills.values()]
          .filter((row) => {
            const { job } = db.requireJob(row.uid);
            return isReadOf(which, job) && (jobId ?? job.id) === job.id && (id ?? row.id) === row.id;
          })
          .sort((a, b) => Number(b.id) - Number(a.id))
          .slice(0, limit)
          .map((row) => viewOf(db, row)),
      ),
  };
}

function viewOf(db: MemoryDatabase, { uid, ...row }: BackfillRow): BackfillView {
  const { job, deletedAt } = db.requireJob(uid);
  const slots = db.backfillSlots.filter(({ backfillId }) => backfillId === Number(row.id));
  const runs = [...db.runs.values(), ...db.liveRunsOf(uid)].filter((run) =>
    slots.some((slot) => isRunOf(slot, run)),
  );
  const ended = slots.flatMap((slot) => slot.ended ?? []);
  const statuses = [...runs.map(({ status }) => status), ...ended].map((status): [RunStatus, number] => [
    status,
    1,
  ]);
  const about = { status: job.status, isDeleted: deletedAt !== undefined };
  return backfillViewOf(
    { ...row, jobId: job.id, job: about },
    { toCome: slots.filter(isToCome).length, statuses },
  );
}
