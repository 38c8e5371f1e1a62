import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../connection/database.ts';

/** A node vacuums after this many settlements. Most of them leave a dead row: together about 20 MB. */
const SETTLED = 50_000;
/**
 * A node vacuums for at most a fiftieth of the time. While a snapshot keeps dead rows, each vacuum takes
 * longer and frees nothing.
 */
const REST = 50;

/**
 * Decides when to free the space of removed rows. The server does this too, but checks only once a minute: at
 * 10,000 runs/s, that is every 600,000 runs.
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
    // If it fails, the server vacuums by itself later.
    this.#vacuum().then(rest, rest);
  }
}

/**
 * Vacuums the tables that every run passes through, if this role owns them and no other vacuum works on them.
 */
export async function vacuumPassed(db: Database): Promise<void> {
  const allowed = await db.arrays(MAY_VACUUM);
  if (allowed.length > 0) await db.script(VACUUM);
}

const PASSED = 'greenvue_jobs.live_runs, greenvue_jobs.job_wakes';
const OIDS = `('greenvue_jobs.live_runs'::regclass, 'greenvue_jobs.job_wakes'::regclass)`;
/**
 * Returns a row if this role may vacuum. Without this check, the server would log a warning at each refusal.
 */
const MAY_VACUUM = `SELECT FROM pg_class WHERE oid IN ${OIDS} HAVING bool_and(pg_has_role(relowner, 'USAGE'))
  AND NOT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
    WHERE relation IN ${OIDS} AND mode = 'ShareUpdateExclusiveLock')`;
/**
 * Uses one core. Does not return space to the disk, because that would lock out all other work. DDL on the
 * table waits for this vacuum: PostgreSQL interrupts only its own vacuums for DDL.
 */
const VACUUM = `VACUUM (SKIP_LOCKED, TRUNCATE off, PARALLEL 0) ${PASSED}`;
