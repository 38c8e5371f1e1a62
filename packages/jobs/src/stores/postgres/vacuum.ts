import type { Database } from './database.ts';

/** After so many runs have gone, their places are made free: some 20 MB. */
const GONE = 50_000;
/** It takes a fiftieth of the time at most: while somebody's snapshot keeps what is gone, each time is longer than the one before, and in vain. */
const REST = 50;

export interface VacuumDeps {
  /** ms. */
  monotonic(): number;
  vacuum(): Promise<unknown>;
}

/** When the places of what is gone are made free. The server would do it by itself, but looks only once a minute: 600,000 runs later. */
export interface Vacuum {
  gone(runs: number): void;
}

export function createVacuum({ monotonic, vacuum }: VacuumDeps): Vacuum {
  let gone = 0;
  let mayBegin = Number.NEGATIVE_INFINITY;
  return {
    gone(runs) {
      gone += runs;
      if (gone < GONE || monotonic() < mayBegin) return;
      gone = 0;
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

/** Makes free what is gone of the tables that a run passes through, if this role may. */
export async function vacuumPassed(db: Database): Promise<void> {
  const allowed = await db.arrays(MAY_VACUUM);
  if (allowed.length > 0) await db.script(VACUUM);
}

/** A row if it may. Where it may not, the server would log a warning each time. */
const MAY_VACUUM = `SELECT FROM pg_class
  WHERE oid IN ('greenvue_jobs.live_runs'::regclass, 'greenvue_jobs.job_wakes'::regclass)
  HAVING bool_and(pg_has_role(relowner, 'USAGE'))`;
/** Not where another node is at it; and nobody has to wait for it, as for one that gives room back to the disk, nor for more than one core. */
const VACUUM =
  'VACUUM (SKIP_LOCKED, TRUNCATE off, PARALLEL 0) greenvue_jobs.live_runs, greenvue_jobs.job_wakes';
