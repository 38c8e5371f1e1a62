import type { Database } from '../connection/database.ts';

/** Vacuums after this many settlements, since most leave a dead row: about 20 MB. */
const SETTLED = 50_000;
/**
 * A node vacuums for a fiftieth of the time at most. While a snapshot keeps dead rows, each try takes longer
 * and frees nothing.
 */
const REST = 50;

export interface VacuumDeps {
  /** ms. */
  monotonic(): number;
  vacuum(): Promise<unknown>;
}

/**
 * When the places of runs that are gone are made free. The server would do it by itself, but looks only once
 * a minute: 600,000 runs later, at 10,000 a second.
 */
export interface Vacuum {
  settled(count: number): void;
}

export function createVacuum({ monotonic, vacuum }: VacuumDeps): Vacuum {
  let settled = 0;
  let mayBegin = Number.NEGATIVE_INFINITY;
  return {
    settled(count) {
      settled += count;
      if (settled < SETTLED || monotonic() < mayBegin) return;
      settled = 0;
      mayBegin = Number.POSITIVE_INFINITY;
      const begunAt = monotonic();
      const rest = () => {
        const endedAt = monotonic();
        mayBegin = endedAt + (endedAt - begunAt) * REST;
      };
      // Whatever failed, nothing is lost: the server does the same in its time.
      vacuum().then(rest, rest);
    },
  };
}

/**
 * Makes free what is gone of the tables that a run passes through, if this role owns them and nobody else is
 * at it.
 */
export async function vacuumPassed(db: Database): Promise<void> {
  const allowed = await db.arrays(MAY_VACUUM);
  if (allowed.length > 0) await db.script(VACUUM);
}

const PASSED = 'greenvue_jobs.live_runs, greenvue_jobs.job_wakes';
const OIDS = `('greenvue_jobs.live_runs'::regclass, 'greenvue_jobs.job_wakes'::regclass)`;
/**
 * A row if it may. Where it may not, or another vacuum is at it, the server would log a warning each time.
 */
const MAY_VACUUM = `SELECT FROM pg_class WHERE oid IN ${OIDS} HAVING bool_and(pg_has_role(relowner, 'USAGE'))
  AND NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
    WHERE relation IN ${OIDS} AND mode = 'ShareUpdateExclusiveLock')`;
/**
 * On one core, and without giving room back to the disk, for which all others would have to wait. Who changes
 * a table's structure waits for it: PostgreSQL ends only its own vacuums for that.
 */
const VACUUM = `VACUUM (SKIP_LOCKED, TRUNCATE off, PARALLEL 0) ${PASSED}`;
