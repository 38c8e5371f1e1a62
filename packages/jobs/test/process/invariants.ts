import { DatabaseSync } from 'node:sqlite';

interface SlotRow {
  readonly job_uid: number;
  readonly scheduled_for: number;
  readonly missed_from: number | null;
}

/**
 * Describes what is wrong in a database after its process died at any instant. Reads the file directly, so
 * that no code of the store is involved.
 */
export function violations(file: string): string[] {
  const db = new DatabaseSync(file);
  try {
    return [
      ...integrity(db),
      ...uncoveredSlots(db),
      ...deadSchedules(db),
      ...doubleRuns(db),
      ...overlaps(db),
    ];
  } finally {
    db.close();
  }
}

function integrity(db: DatabaseSync): string[] {
  const rows = db.prepare('PRAGMA integrity_check').all();
  return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
}

/**
 * P6, catch-up: one row covers each taken slot: its own row, or one with the slot in [missed_from,
 * scheduled_for].
 */
function uncoveredSlots(db: DatabaseSync): string[] {
  const jobs = db
    .prepare(
      "SELECT uid, id, anchor_at, every_ms, last_slot_at FROM jobs WHERE kind = 'interval' AND mode = 'fixed_rate'",
    )
    .all() as { uid: number; id: string; anchor_at: number; every_ms: number; last_slot_at: number | null }[];
  const slots = db.prepare(
    `SELECT job_uid, scheduled_for, missed_from FROM live_runs WHERE job_uid = ?1 AND scheduled_for IS NOT NULL
     UNION ALL SELECT job_uid, scheduled_for, missed_from FROM runs WHERE job_uid = ?1 AND scheduled_for IS NOT NULL`,
  );
  const wrong: string[] = [];
  for (const job of jobs) {
    const covered = new Map<number, number>();
    for (const row of slots.all(job.uid) as unknown as SlotRow[]) {
      for (let slot = row.missed_from ?? row.scheduled_for; slot <= row.scheduled_for; slot += job.every_ms) {
        covered.set(slot, (covered.get(slot) ?? 0) + 1);
      }
    }
    for (let slot = job.anchor_at + job.every_ms; slot <= (job.last_slot_at ?? 0); slot += job.every_ms) {
      const times = covered.get(slot) ?? 0;
      if (times !== 1) wrong.push(`${job.id}: slot ${slot} is covered ${times} times`);
      covered.delete(slot);
    }
    for (const slot of covered.keys())
      wrong.push(`${job.id}: slot ${slot} is not on the grid or later than the last one taken`);
  }
  return wrong;
}

/** P4, stored next run: an active job with slots left has a next run or a live run. */
function deadSchedules(db: DatabaseSync): string[] {
  const rows = db
    .prepare(
      `SELECT id FROM jobs WHERE status = 'active' AND kind <> 'on_demand' AND after_job IS NULL AND deleted_at IS NULL AND next_run_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM live_runs WHERE job_uid = jobs.uid)`,
    )
    .all();
  return rows.map((row) => `${row.id}: neither a next run nor a live one`);
}

/** P5, one run per slot; P10, fence: no run is live and finished, and no slot has two rows. */
function doubleRuns(db: DatabaseSync): string[] {
  const both = db.prepare('SELECT id FROM live_runs WHERE id IN (SELECT id FROM runs)').all();
  const twice = db
    .prepare(
      `SELECT job_uid, scheduled_for FROM (
         SELECT job_uid, scheduled_for FROM live_runs UNION ALL SELECT job_uid, scheduled_for FROM runs)
       WHERE scheduled_for IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1`,
    )
    .all();
  return [
    ...both.map((row) => `run ${row.id} is both live and finished`),
    ...twice.map((row) => `slot ${row.scheduled_for} of job ${row.job_uid} has two rows`),
  ];
}

/** P7, overlap: no more active runs than the limit, and no run waits while there is room. */
function overlaps(db: DatabaseSync): string[] {
  const rows = db
    .prepare(
      `SELECT jobs.id, overlap, sum(held = 0) AS active, sum(held = 1) AS waiting FROM live_runs
       JOIN jobs ON jobs.uid = live_runs.job_uid WHERE overlap <> 'allow' GROUP BY jobs.uid
       HAVING active > 1 OR waiting > (overlap = 'queue') OR (waiting > 0 AND active = 0)`,
    )
    .all();
  return rows.map((row) => `${row.id}: ${row.active} active and ${row.waiting} waiting under ${row.overlap}`);
}
