import { BoundedMap } from '../../../bounded-map.ts';
import { RECOUNT_AT_CAP_MS, RECOUNT_RUNS } from '../bounds.ts';

interface CountedRuns {
  readonly isAtCap: boolean;
  readonly at: number;
  /** After this many more runs, the store counts again. */
  left: number;
}

/** If a count is dropped for space, the job is counted again when it makes more runs. */
const MAX_BYTES = 8 * 1024 * 1024;
const BYTES_OF_ONE = 100;

/**
 * Knows which jobs have reached the limit on live runs. The store counts from time to time, because an exact
 * count at every trigger would cost as much as the run.
 */
export class LiveRunCap {
  readonly #counts = new BoundedMap<number, CountedRuns>({
    maxBytes: MAX_BYTES,
    bytesOf: () => BYTES_OF_ONE,
  });
  readonly maxLiveRuns: number;
  readonly #recountAfter: number;

  /** `recountAfter`: the share of the remaining room after which the store counts again. */
  constructor(maxLiveRuns: number, recountAfter: number) {
    this.maxLiveRuns = maxLiveRuns;
    this.#recountAfter = recountAfter;
  }

  /** Whether the store must now count the job's live runs and call {@link LiveRunCap.setCount}. */
  isToCount(jobUid: number, now: number): boolean {
    const known = this.#counts.get(jobUid);
    // This process has made few runs of the job. `countRun` starts a count when there are more.
    if (known === undefined) return false;
    return known.isAtCap ? Math.abs(now - known.at) >= RECOUNT_AT_CAP_MS : known.left <= 0;
  }

  setCount(jobUid: number, count: number, now: number): void {
    const left = Math.max(RECOUNT_RUNS, (this.maxLiveRuns - count) * this.#recountAfter);
    this.#counts.put(jobUid, { isAtCap: count >= this.maxLiveRuns, at: now, left });
  }

  isReached(jobUid: number): boolean {
    return this.#counts.get(jobUid)?.isAtCap ?? false;
  }

  /** Notes that this process made a run of the job. */
  countRun(jobUid: number): void {
    const known = this.#counts.get(jobUid);
    if (known === undefined) this.#counts.put(jobUid, { isAtCap: false, at: 0, left: 0 });
    else known.left -= 1;
  }
}
