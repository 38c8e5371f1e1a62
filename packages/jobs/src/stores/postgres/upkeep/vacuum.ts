import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../connection/database.ts';

/** A node vacuums after this many settlements. Most leave a dead row: about 20 MB. */
const SETTLED = 50_000;
/**
 * A node vacuums for at most a fiftieth of the time. While a snapshot keeps dead rows, each try takes longer
 * and frees nothing.
 */
const REST = 50;

/**
 * Decides when to free the space of runs that are gone. The server would do it by itself, but checks only
 * once a minute: 600,000 runs later, at 10,000 a second.
 */
export class Vacuum {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #vacuum: () => Promise<unknown>;
  #settled = 0;
  #mayBegin = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, vacuum: () => Promise<unknown>) {
    this.#clock = clock;
    this.#vacuum = vacuum;
  }

  settled(count: number): void {
    const begunAt = this.#clock.monotonic();
    this.#settled += count;
    if (this.#settled < SETTLED || begunAt < this.#mayBegin) return;
    this.#settled = 0;
    this.#mayBegin = Number.POSITIVE_INFINITY;
    const rest = () => {
      const endedAt = this.#clock.monotonic();
      this.#mayBegin = endedAt + (endedAt - begunAt) * REST;
    };
    // A failure loses nothing: the server vacuums by itself later.
    this.#vacuum().then(rest, rest);
  }
}

/** Vacuums the tables that a run passes through, if this role owns them and no other vacuum runs on them. */
export async function vacuumPassed(db: Database): Promise<void> {
  const allowed = await db.arrays(MAY_VACUUM);
  if (allowed.length > 0) await db.script(VACUUM);
}

const PASSED = 'greenvue_jobs.live_runs, greenvue_jobs.job_wakes';
const OIDS = `('greenvue_jobs.live_runs'::regclass, 'greenvue_jobs.job_wakes'::regclass)`;
/** A row if it may. Without this check, the server would log a warning each time it refuses. */
const MAY_VACUUM = `SELECT FROM pg_class WHERE oid IN ${OIDS} HAVING bool_and(pg_has_role(relowner, 'USAGE'))
  AND NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
    WHERE relation IN ${OIDS} AND mode = 'ShareUpdateExclusiveLock')`;
/**
 * On one core. It gives no space back to the disk, since that would lock out all others. A change of a
 * table's structure waits for it: PostgreSQL interrupts only its own vacuums for that.
 */
const VACUUM = `VACUUM (SKIP_LOCKED, TRUNCATE off, PARALLEL 0) ${PASSED}`;
