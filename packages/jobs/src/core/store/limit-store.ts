import type { LimitWaits } from '../type-limits/limit-waits.ts';
import type { OfferedLimits } from '../type-limits/type-limits.ts';

/** The limits of job types in the store (P29, limits and priority). */
export interface LimitStore {
  /**
   * Stores the limits of the types of a node that starts: the newer version's hold, and with equal versions
   * those of the later start. Call it before the node joins. True: {@link LimitStore.regroupRuns} has work.
   */
  setTypeLimits(offered: readonly OfferedLimits[]): Promise<boolean>;
  /**
   * Moves a batch of live runs to the groups that the limits in force say. The first batch is after 0. Gives
   * back where the next batch begins, or undefined after the last one.
   */
  regroupRuns(after: number): Promise<number | undefined>;
  /** The runs that wait for full limits, of each of these types. Counts a bounded number. */
  limitWaits(types: readonly string[]): Promise<readonly LimitWaits[]>;
}
