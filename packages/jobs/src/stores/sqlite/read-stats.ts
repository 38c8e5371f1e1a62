import type { JobStatus } from '../../core/job.ts';
import type { AuditRow, JobStore, StoreStats } from '../../core/store.ts';
import { finishedStatusOf } from './codes.ts';
import type { Database } from './database.ts';
import { auditRowOf, numberOf, numbersOf } from './run-rows.ts';

const HOUR_MS = 3_600_000;

export function stats(db: Database, { hours }: Parameters<JobStore['stats']>[0], now: number): StoreStats {
  const jobs = (status: JobStatus) => numberOf(db.arrays(COUNT_JOBS).get(status)) ?? 0;
  const runs = (sql: string) => numberOf(db.arrays(sql).get()) ?? 0;
  const first = (Math.floor(now / HOUR_MS) - hours + 1) * HOUR_MS;
  return {
    jobs: { active: jobs('active'), paused: jobs('paused'), finished: jobs('finished') },
    runs: { queued: runs(COUNT_QUEUED), held: runs(COUNT_HELD), running: runs(COUNT_RUNNING) },
    hours: db
      .arrays(HOURS)
      .all(first)
      .map((row) => {
        const [hour, status, count] = numbersOf<[number, number, number]>(row);
        return { hour, status: finishedStatusOf(status), count };
      }),
  };
}

/** Newest first; `before` is the id of a row. */
export function listAudit(
  db: Database,
  { limit, before }: Parameters<JobStore['listAudit']>[0],
): readonly AuditRow[] {
  return db
    .statement(AUDIT)
    .all(before ?? Number.MAX_SAFE_INTEGER, limit)
    .map(auditRowOf);
}

const COUNT_JOBS = 'SELECT count(*) FROM jobs WHERE deleted_at IS NULL AND status = ?';
const COUNT_RUNNING = 'SELECT count(*) FROM live_runs WHERE status = 1';
const COUNT_HELD = 'SELECT count(*) FROM live_runs WHERE held > 0';
const COUNT_QUEUED = 'SELECT count(*) FROM live_runs WHERE status = 0 AND held = 0';
const HOURS = 'SELECT hour, status, count FROM hour_counts WHERE hour >= ? ORDER BY hour DESC, status';
const AUDIT = 'SELECT id, at, actor, action, target, change FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?';
