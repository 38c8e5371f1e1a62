import { isBackfillRun, isLiveRun, type RunOrigin } from '../../../core/model/run.ts';
import type { BackfillTables } from '../../../core/transactions/backfills/backfill-tables.ts';
import type { BackfillSlotRow, MemoryUnit } from '../memory-database.ts';

/** The operations of transactions on backfills. */
export function backfillTables({ db, unit: { now } }: MemoryUnit): BackfillTables {
  const runsOf = (uid: number) =>
    [...db.runs.values(), ...db.liveRunsOf(uid)].filter(({ jobUid }) => Number(jobUid) === uid);
  return {
    knownSlots(uid, { from, to }) {
      const isIn = (slot: number) => slot >= from && slot < to;
      const slotsOf = (runs: readonly RunOrigin[]) => runs.flatMap(({ scheduledFor = [] }) => scheduledFor);
      const runs = runsOf(uid);
      const first = runs.filter((run) => !isLiveRun(run)).sort((a, b) => Number(a.id) - Number(b.id))[0];
      return {
        succeeded: slotsOf(runs.filter(({ status }) => status === 'succeeded')).filter(isIn),
        live: slotsOf(db.liveRunsOf(uid)).filter(isIn),
        toCome: toComeOf(db.backfillSlots, uid).filter(isIn),
        ...(first === undefined ? {} : { historyFrom: first.queuedAt }),
      };
    },
    slotState(uid, slot, { after = Number.POSITIVE_INFINITY }) {
      const later = runsOf(uid).filter(
        ({ scheduledFor, id }) => scheduledFor === slot && Number(id) > Number(after),
      );
      const done = later.filter(({ status }) => status === 'succeeded').map(({ id }) => Number(id));
      const state = {
        hasLiveRun: db.liveRunsOf(uid).some(({ scheduledFor }) => scheduledFor === slot),
        isToCome: toComeOf(db.backfillSlots, uid).includes(slot),
      };
      return done.length === 0 ? state : { ...state, doneBy: String(Math.max(...done)) };
    },
    insertBackfill({ id, uid, from, to, onlyMissing, slots, by }) {
      const row = { id: String(id), uid, from, to, onlyMissing, slots: slots.length, createdAt: now };
      db.backfills.set(id, by === undefined ? row : { ...row, createdBy: by });
      db.backfillSlots.push(...slots.map((slot) => ({ backfillId: id, uid, slot })));
    },
    backfillSlots: (uid, limit) => ({
      next: toComeOf(db.backfillSlots, uid).slice(0, limit),
      liveRuns: db.liveRunsOf(uid).filter(isBackfillRun).length,
    }),
    takeBackfillSlots(uid, slots) {
      for (const row of db.backfillSlots)
        if (row.uid === uid && isToCome(row) && slots.includes(row.slot)) row.takenAt = now;
    },
    jobOfBackfill(id) {
      const row = db.backfills.get(id);
      return row === undefined ? undefined : db.jobs.get(row.uid)?.job.id;
    },
    dropBackfillSlots(id) {
      const row = db.backfills.get(id);
      if (row !== undefined) db.backfills.set(id, { ...row, cancelledAt: row.cancelledAt ?? now });
      const before = db.backfillSlots.length;
      db.backfillSlots = db.backfillSlots.filter((slot) => slot.backfillId !== id || !isToCome(slot));
      return before - db.backfillSlots.length;
    },
    liveSlotsOfBackfill: (id, uid) =>
      db.backfillSlots
        .filter((slot) => slot.backfillId === id && db.liveRunsOf(uid).some((run) => isRunOf(slot, run)))
        .map(({ slot }) => slot),
  };
}

export function isToCome({ takenAt }: BackfillSlotRow): boolean {
  return takenAt === undefined;
}

/** Whether a run is the one that was made for a slot of a backfill. */
export function isRunOf(
  { uid, slot, takenAt }: BackfillSlotRow,
  { jobUid, scheduledFor, queuedAt }: Pick<RunOrigin, 'jobUid' | 'scheduledFor' | 'queuedAt'>,
): boolean {
  return Number(jobUid) === uid && scheduledFor === slot && queuedAt === takenAt;
}

function toComeOf(slots: readonly BackfillSlotRow[], uid: number): readonly number[] {
  return slots
    .filter((row) => row.uid === uid && isToCome(row))
    .map(({ slot }) => slot)
    .sort((a, b) => a - b);
}
