import { BoundedMap } from '../../../bounded-map.ts';
import { RECOUNT_AT_CAP_MS, RECOUNT_RUNS } from '../../rows/bounds.ts';
import { numberOf } from '../../rows/first-column.ts';
import type { Queries } from '../connection/queries.ts';

/** One that is forgotten is counted again once it grows. */
const MAX_BYTES = 8 * 1024 * 1024;
const BYTES_OF_ONE = 100;

interface CountedRuns {
  readonly isAtCap: boolean;
  readonly at: number;
  /** So many more runs, and it is counted again. */
  left: number;
}

export type LiveRunCap = ReturnType<typeof createLiveRunCap>;

/**
 * Which jobs have too many live runs. Counted now and then: exact at every trigger would cost as much as the
 * runs.
 */
export function createLiveRunCap(maxLiveRuns: number) {
  const counts = new BoundedMap<number, CountedRuns>({
    maxBytes: MAX_BYTES,
    bytesOf: () => BYTES_OF_ONE,
  });
  const recount = async (q: Queries, jobUid: number, now: number): Promise<CountedRuns> => {
    const count = numberOf((await q.arrays(COUNT_LIVE, [jobUid, maxLiveRuns]))[0]) ?? 0;
    // Other nodes make runs, too.
    const left = Math.max(RECOUNT_RUNS, (maxLiveRuns - count) / 8);
    const counted = { isAtCap: count >= maxLiveRuns, at: now, left };
    counts.put(jobUid, counted);
    return counted;
  };
  return {
    async isReached(q: Queries, jobUid: number, now: number): Promise<boolean> {
      const known = counts.get(jobUid);
      // Few runs were made of it by this node, and none before would have been unless counted (`countRun`).
      if (known === undefined) return false;
      const due = known.isAtCap ? Math.abs(now - known.at) >= RECOUNT_AT_CAP_MS : known.left <= 0;
      return due ? (await recount(q, jobUid, now)).isAtCap : known.isAtCap;
    },
    /** A run of the job was made by this node. */
    countRun(jobUid: number): void {
      const known = counts.get(jobUid);
      if (known === undefined) counts.put(jobUid, { isAtCap: false, at: 0, left: 0 });
      else known.left -= 1;
    },
  };
}

const COUNT_LIVE = `SELECT count(*) FROM
  (SELECT FROM greenvue_jobs.live_runs WHERE job_uid = $1 LIMIT $2) AS counted`;
