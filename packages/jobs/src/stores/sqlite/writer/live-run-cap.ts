import { BoundedMap } from '../../../bounded-map.ts';
import { MAX_LIVE_RUNS, RECOUNT_AT_CAP_MS, RECOUNT_RUNS } from '../../rows/bounds.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { Database } from '../database.ts';

/**
 * Which jobs have too many live runs. Counted now and then: exact at every trigger would cost as much as the
 * runs.
 */
export interface LiveRunCap {
  isReached(jobUid: number, now: number): boolean;
  /** A run of the job was made. */
  countRun(jobUid: number): void;
}

interface CountedRuns {
  readonly isAtCap: boolean;
  readonly at: number;
  /** So many more runs, and it is counted again. */
  left: number;
}

/** One that is forgotten is counted again once it grows. */
const MAX_BYTES = 8 * 1024 * 1024;
const BYTES_OF_ONE = 100;

export function createLiveRunCap(db: Database): LiveRunCap {
  const counts = new BoundedMap<number, CountedRuns>({
    maxBytes: MAX_BYTES,
    bytesOf: () => BYTES_OF_ONE,
  });
  const recount = (jobUid: number, now: number): CountedRuns => {
    const count = numberOf(db.arrays(COUNT_LIVE).get(jobUid, MAX_LIVE_RUNS)) ?? 0;
    const left = Math.max(RECOUNT_RUNS, (MAX_LIVE_RUNS - count) / 2);
    const counted = { isAtCap: count >= MAX_LIVE_RUNS, at: now, left };
    counts.put(jobUid, counted);
    return counted;
  };
  return {
    isReached(jobUid, now) {
      const known = counts.get(jobUid);
      // Few runs were made of it in this process, and none before would have been unless counted (`countRun`).
      if (known === undefined) return false;
      const due = known.isAtCap ? Math.abs(now - known.at) >= RECOUNT_AT_CAP_MS : known.left <= 0;
      return due ? recount(jobUid, now).isAtCap : known.isAtCap;
    },
    countRun(jobUid) {
      const known = counts.get(jobUid);
      if (known === undefined) counts.put(jobUid, { isAtCap: false, at: 0, left: 0 });
      else known.left -= 1;
    },
  };
}

const COUNT_LIVE = 'SELECT count(*) FROM (SELECT 1 FROM live_runs WHERE job_uid = ? LIMIT ?)';
