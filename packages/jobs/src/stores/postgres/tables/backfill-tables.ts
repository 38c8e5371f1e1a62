import type { BackfillTables } from '../../../core/transactions/backfills/backfill-tables.ts';
import type { AsyncTables } from '../../../core/transactions/script.ts';
import { numberOf, numbersIn } from '../../rows/first-column.ts';
import { slotStateOf } from '../../rows/slot-state-row.ts';
import type { Unit } from './unit.ts';

/** The operations of transactions on backfills. */
export function backfillTables(u: Unit): Pick<AsyncTables, keyof BackfillTables> {
  const { q, now } = u;
  const numbers = async (sql: string, ...params: readonly number[]) =>
    numbersIn(await q.arrays(sql, [...params]));
  return {
    async knownSlots(uid, { from, to }) {
      const historyFrom = numberOf((await q.arrays(FIRST_KEPT, [uid]))[0]);
      return {
        succeeded: await numbers(SUCCEEDED, uid, from, to),
        live: await numbers(LIVE, uid, from, to),
        toCome: await numbers(TO_COME, uid, from, to),
        ...(historyFrom === undefined ? {} : { historyFrom }),
      };
    },
    async slotState(uid, slot, { after }) {
      const params = [uid, slot, after === undefined ? null : Number(after)];
      return slotStateOf((await q.arrays(SLOT_STATE, params))[0]);
    },
    async insertBackfill({ id, uid, from, to, onlyMissing, slots, by = null }) {
      await q.write(INSERT_BACKFILL, [id, uid, from, to, onlyMissing ? 1 : 0, slots.length, now, by]);
      await q.write(INSERT_SLOTS, [id, uid, [...slots]]);
    },
    backfillSlots: async (uid, limit) => ({
      next: await numbers(NEXT_SLOTS, uid, limit),
      liveRuns: numberOf((await q.arrays(COUNT_LIVE, [uid]))[0]) ?? 0,
    }),
    takeBackfillSlots: (uid, slots) => q.write(TAKE, [now, uid, [...slots]]),
    async jobOfBackfill(id) {
      const [row] = await q.arrays(JOB_OF, [id]);
      return (row as readonly [string] | undefined)?.[0];
    },
    async dropBackfillSlots(id) {
      await q.write(CANCEL, [now, id]);
      return q.run(DROP, [id]);
    },
    liveSlotsOfBackfill: (id) => numbers(LIVE_SLOTS, id),
  };
}

const IN_WINDOW = 'job_uid = $1 AND scheduled_for >= $2::bigint AND scheduled_for < $3::bigint';
const SUCCEEDED = `SELECT scheduled_for FROM greenvue_jobs.runs WHERE status = 'succeeded' AND ${IN_WINDOW}`;
const LIVE = `SELECT scheduled_for FROM greenvue_jobs.live_runs WHERE ${IN_WINDOW}`;
const TO_COME = `SELECT slot FROM greenvue_jobs.backfill_slots
  WHERE job_uid = $1 AND slot >= $2::bigint AND slot < $3::bigint AND taken_at IS NULL`;
const SLOT_STATE = `SELECT
    (SELECT count(*) FROM greenvue_jobs.live_runs WHERE job_uid = $1 AND scheduled_for = $2::bigint),
    (SELECT count(*) FROM greenvue_jobs.backfill_slots WHERE job_uid = $1 AND slot = $2::bigint AND taken_at IS NULL),
    (SELECT max(id) FROM greenvue_jobs.runs
      WHERE status = 'succeeded' AND job_uid = $1 AND scheduled_for = $2::bigint AND id > $3::bigint)`;
const FIRST_KEPT = 'SELECT queued_at FROM greenvue_jobs.runs WHERE job_uid = $1 ORDER BY id LIMIT 1';
const INSERT_BACKFILL = `INSERT INTO greenvue_jobs.backfills
  (id, job_uid, from_at, to_at, only_missing, slots, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const INSERT_SLOTS = `INSERT INTO greenvue_jobs.backfill_slots (backfill_id, slot, job_uid)
  SELECT $1::bigint, slot, $2::bigint FROM unnest($3::bigint[]) AS slots (slot)`;
const NEXT_SLOTS = `SELECT slot FROM greenvue_jobs.backfill_slots
  WHERE job_uid = $1 AND taken_at IS NULL ORDER BY slot LIMIT $2`;
const COUNT_LIVE = `SELECT count(*) FROM greenvue_jobs.live_runs
  WHERE job_uid = $1 AND trigger = 'schedule' AND catch_up AND missed = 0
    AND retry_of IS NULL`;
const TAKE = `UPDATE greenvue_jobs.backfill_slots SET taken_at = $1::bigint
  WHERE job_uid = $2 AND taken_at IS NULL AND slot = ANY($3::bigint[])`;
const JOB_OF = `SELECT jobs.id FROM greenvue_jobs.backfills JOIN greenvue_jobs.jobs ON jobs.uid = job_uid
  WHERE backfills.id = $1`;
const CANCEL = `UPDATE greenvue_jobs.backfills SET cancelled_at = coalesce(cancelled_at, $1::bigint) WHERE id = $2`;
const DROP = 'DELETE FROM greenvue_jobs.backfill_slots WHERE backfill_id = $1 AND taken_at IS NULL';
const LIVE_SLOTS = `SELECT slot FROM greenvue_jobs.backfill_slots AS taken JOIN greenvue_jobs.live_runs
  ON live_runs.job_uid = taken.job_uid AND scheduled_for = slot AND queued_at = taken_at
  WHERE backfill_id = $1`;
