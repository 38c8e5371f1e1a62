import type { BackfillTables } from '../../../core/transactions/backfills/backfill-tables.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { slotStateOf } from '../../rows/slot-state-row.ts';
import { STATUS } from '../rows/codes.ts';
import type { Writer } from './writer.ts';

/** The operations of transactions on backfills. */
export function backfillTables(w: Writer): BackfillTables {
  const numbers = (sql: string, ...params: readonly number[]) => numbersIn(w.db.arrays(sql).all(...params));
  return {
    knownSlots(uid, { from, to }) {
      const historyFrom = numberOf(w.db.arrays(FIRST_KEPT).get(uid));
      return {
        succeeded: numbers(SUCCEEDED, uid, from, to),
        live: numbers(LIVE, uid, from, to),
        toCome: numbers(TO_COME, uid, from, to),
        ...(historyFrom === undefined ? {} : { historyFrom }),
      };
    },
    slotState: (uid, slot, { after }) =>
      slotStateOf(w.db.arrays(SLOT_STATE).get(uid, slot, after === undefined ? null : Number(after))),
    insertBackfill({ id, uid, from, to, onlyMissing, slots, by = null }) {
      w.db.write(INSERT_BACKFILL, id, uid, from, to, onlyMissing ? 1 : 0, slots.length, w.unit.now, by);
      w.db.write(INSERT_SLOTS, id, uid, JSON.stringify(slots));
    },
    backfillSlots: (uid, limit) => ({
      next: numbers(NEXT_SLOTS, uid, limit),
      liveRuns: numberOf(w.db.arrays(COUNT_LIVE).get(uid)) ?? 0,
    }),
    takeBackfillSlots: (uid, slots) => w.db.write(TAKE, w.unit.now, uid, JSON.stringify(slots)),
    jobOfBackfill(id) {
      const [jobId] = (w.db.arrays(JOB_OF).get(id) as readonly [string] | undefined) ?? [];
      return jobId;
    },
    dropBackfillSlots(id) {
      w.db.write(CANCEL, w.unit.now, id);
      return Number(w.db.statement(DROP).run(id).changes);
    },
    liveSlotsOfBackfill: (id) => numbers(LIVE_SLOTS, id),
  };
}

const IN_WINDOW = 'job_uid = ? AND scheduled_for >= ? AND scheduled_for < ?';
const SUCCEEDED = `SELECT scheduled_for FROM runs WHERE status = ${STATUS.succeeded} AND ${IN_WINDOW}`;
const LIVE = `SELECT scheduled_for FROM live_runs WHERE ${IN_WINDOW}`;
const TO_COME = `SELECT slot FROM backfill_slots
  WHERE job_uid = ? AND slot >= ? AND slot < ? AND taken_at IS NULL`;
const SLOT_STATE = `SELECT
    (SELECT count(*) FROM live_runs WHERE job_uid = ?1 AND scheduled_for = ?2),
    (SELECT count(*) FROM backfill_slots WHERE job_uid = ?1 AND slot = ?2 AND taken_at IS NULL),
    (SELECT max(id) FROM runs WHERE status = ${STATUS.succeeded} AND job_uid = ?1 AND scheduled_for = ?2 AND id > ?3)`;
const FIRST_KEPT = 'SELECT queued_at FROM runs WHERE job_uid = ? ORDER BY id LIMIT 1';
const INSERT_BACKFILL = `INSERT INTO backfills
  (id, job_uid, from_at, to_at, only_missing, slots, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_SLOTS = `INSERT INTO backfill_slots (backfill_id, slot, job_uid)
  SELECT ?1, value, ?2 FROM json_each(?3)`;
const NEXT_SLOTS = `SELECT slot FROM backfill_slots
  WHERE job_uid = ? AND taken_at IS NULL ORDER BY slot LIMIT ?`;
const COUNT_LIVE = `SELECT count(*) FROM live_runs
  WHERE job_uid = ? AND trigger = 0 AND catch_up = 1 AND missed = 0
    AND retry_of IS NULL`;
const TAKE = `UPDATE backfill_slots SET taken_at = ?1
  WHERE job_uid = ?2 AND taken_at IS NULL AND slot IN (SELECT value FROM json_each(?3))`;
const JOB_OF = 'SELECT jobs.id FROM backfills JOIN jobs ON jobs.uid = job_uid WHERE backfills.id = ?';
const CANCEL = 'UPDATE backfills SET cancelled_at = coalesce(cancelled_at, ?) WHERE id = ?';
const DROP = 'DELETE FROM backfill_slots WHERE backfill_id = ? AND taken_at IS NULL';
const LIVE_SLOTS = `SELECT slot FROM backfill_slots AS taken JOIN live_runs
  ON live_runs.job_uid = taken.job_uid AND scheduled_for = slot AND queued_at = taken_at
  WHERE backfill_id = ?`;
